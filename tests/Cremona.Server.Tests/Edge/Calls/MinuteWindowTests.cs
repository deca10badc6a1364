using Cremona.Server.Edge.Calls;
using CsCheck;

namespace Cremona.Server.Tests.Edge.Calls;

public class MinuteWindowTests
{
    [Fact]
    public void Amount_FitsAgain_WhenAMinuteHasPassed()
    {
        var window = new MinuteWindow(3);
        window.TryAdd(100, 2).ShouldBeTrue();
        window.TryAdd(130, 1).ShouldBeTrue();

        window.TryAdd(159, 1).ShouldBeFalse();
        window.SecondsUntil(159, 1).ShouldBe(1);
        window.SecondsUntil(159, 3).ShouldBe(31);
        window.TryAdd(160, 2).ShouldBeTrue();
        window.Used(190).ShouldBe(2);
    }

    [Fact]
    public void Correction_TakesBackWhatWasNotUsed_WhileItIsInTheWindow()
    {
        var window = new MinuteWindow(100);
        window.TryAdd(10, 100).ShouldBeTrue();
        window.Correct(20, 10, -90);
        window.Used(20).ShouldBe(10);
        window.Used(70).ShouldBe(0);
        window.Correct(75, 10, -5);
        window.Used(75).ShouldBe(0);
    }

    [Fact]
    public void Window_AgreesWithAListOfEvents() =>
        Gen.Select(Gen.Int[0, 40], Gen.Int[1, 9]).Array[0, 60].Sample(steps =>
    {
        var window = new MinuteWindow(20);
        List<(long Second, long Amount)> events = [];
        long now = -30;
        foreach ((int pause, int amount) in steps)
        {
            now += pause;
            long sum = events.Where(e => e.Second > now - MinuteWindow.Seconds).Sum(e => e.Amount);
            bool fits = sum + amount <= 20;
            window.TryAdd(now, amount).ShouldBe(fits);
            if (fits)
            {
                events.Add((now, amount));
                continue;
            }

            int wait = window.SecondsUntil(now, amount);
            long Left(long at) => events.Where(e => e.Second > at - MinuteWindow.Seconds).Sum(e => e.Amount) + amount;
            Left(now + wait).ShouldBeLessThanOrEqualTo(20);
            Left(now + wait - 1).ShouldBeGreaterThan(20);
        }
    });
}
