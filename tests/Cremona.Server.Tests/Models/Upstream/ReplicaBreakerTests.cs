using Cremona.Server.Models.Upstream;
using Microsoft.Extensions.Time.Testing;

namespace Cremona.Server.Tests.Models.Upstream;

public class ReplicaBreakerTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Breaker_LetsOneCallTry_WhenTheBreakIsOver()
    {
        ReplicaBreaker breaker = Broken();
        breaker.TryEnter().ShouldBeFalse();
        breaker.MayEnter.ShouldBeFalse();

        _clock.Advance(TimeSpan.FromSeconds(10));

        breaker.Rest.ShouldBeNull();
        breaker.MayEnter.ShouldBeTrue();
        breaker.TryEnter().ShouldBeTrue();
        breaker.MayEnter.ShouldBeFalse();
        breaker.TryEnter().ShouldBeFalse();
        breaker.Succeed();
        breaker.MayEnter.ShouldBeTrue();
        breaker.TryEnter().ShouldBeTrue();
        breaker.TryEnter().ShouldBeTrue();
    }

    [Fact]
    public void Breaker_ClosesAgain_WhenTheTryFails()
    {
        ReplicaBreaker breaker = Broken();
        _clock.Advance(TimeSpan.FromSeconds(10));
        breaker.TryEnter().ShouldBeTrue();
        breaker.Begin();
        breaker.TryEnter().ShouldBeTrue();
        breaker.Fail();

        breaker.TryEnter().ShouldBeFalse();
        breaker.Rest.ShouldBe(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Breaker_LetsAnotherTry_WhenTheTryWasAbandoned()
    {
        ReplicaBreaker breaker = Broken();
        _clock.Advance(TimeSpan.FromSeconds(10));
        breaker.TryEnter().ShouldBeTrue();
        breaker.Abandon();

        breaker.TryEnter().ShouldBeTrue();
    }

    [Fact]
    public void Breaker_ForgetsFailures_AfterASuccess()
    {
        var breaker = new ReplicaBreaker(2, TimeSpan.FromSeconds(10), _clock);
        breaker.Fail();
        breaker.Succeed();
        breaker.Fail();

        breaker.TryEnter().ShouldBeTrue();
    }

    private ReplicaBreaker Broken()
    {
        var breaker = new ReplicaBreaker(2, TimeSpan.FromSeconds(10), _clock);
        breaker.Fail();
        breaker.Fail();
        return breaker;
    }
}
