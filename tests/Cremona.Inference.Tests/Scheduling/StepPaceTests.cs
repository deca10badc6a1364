using Cremona.Inference.Scheduling;

namespace Cremona.Inference.Tests.Scheduling;

public class StepPaceTests
{
    [Fact]
    public void Prompts_TakeWhatTheyMay_WhenNobodyWaits() => new StepPace(4, 2).PromptTokens(0, 256).ShouldBe(256);

    [Theory]
    [InlineData(0.030, 0.005, 0, 2)]
    [InlineData(0.060, 0.005, 0.006, 2)]
    [InlineData(0.060, 0.0001, 0, 2)]
    [InlineData(0.040, 0.005, 0, 10)]
    public void Step_StaysWithinTheSlowdown_WhereStepsAreLong(
        double usual, double promptToken, double prompt, double slowdown)
    {
        (double worst, _, int computed) = Run(usual, promptToken, prompt, slowdown, 300);
        worst.ShouldBeLessThanOrEqualTo(slowdown * usual);
        computed.ShouldBeGreaterThan((int)(0.5 * 300 * (((slowdown - 1) * usual) - prompt) / promptToken / 2));
    }

    [Theory]
    [InlineData(0.001, 0.0002, 0.004, 2)]
    [InlineData(0.001, 0.002, 0, 2)]
    [InlineData(0.0003, 0.00002, 0.001, 1.5)]
    [InlineData(0.005, 0.03, 0, 2)]
    public void Steps_StayWithinTheSlowdownTogether_WhereEachIsShort(
        double usual, double promptToken, double prompt, double slowdown)
    {
        (double worst, double mean, int computed) = Run(usual, promptToken, prompt, slowdown, 5000);
        mean.ShouldBeLessThanOrEqualTo(slowdown * usual);
        worst.ShouldBeLessThanOrEqualTo(usual + Math.Max(0.03, promptToken));
        computed.ShouldBeGreaterThan((int)(0.3 * 5000 * (slowdown - 1) * usual / (promptToken + (prompt / 20))));
    }

    [Fact]
    public void Prompts_GoOnSoon_AfterAStepThatWasHeldUp()
    {
        var pace = new StepPace(1, 2);
        pace.Note(1, 0, 0.01);
        pace.Note(1, pace.PromptTokens(1, 256), 60);
        int steps = 0;
        for (; pace.PromptTokens(1, 256) == 0; steps++) pace.Note(1, 0, 0.01);
        steps.ShouldBeInRange(1, 40);
    }

    [Fact]
    public void Step_WithoutPrompts_ComesFirst_ForANumberOfSequencesNotMetYet()
    {
        var pace = new StepPace(2, 2);
        pace.PromptTokens(1, 100).ShouldBe(0);
        pace.Note(1, 0, 0.1);
        pace.PromptTokens(1, 100).ShouldBeGreaterThan(0);
        pace.PromptTokens(2, 100).ShouldBe(0);
    }

    [Fact]
    public void Step_WithoutPrompts_ComesFirst_ForANumberOfSequencesNotMetForLong()
    {
        const double usual = 0.01;
        var pace = new StepPace(4, 2);
        pace.Note(3, 0, 10 * usual);
        for (int step = 0; step < 100; step++) pace.Note(2, 0, usual);
        pace.PromptTokens(3, 256).ShouldBe(0);
        pace.Note(3, 0, usual);

        // What three took long ago lengthens no step now.
        double worst = 0;
        for (int step = 0; step < 100; step++)
        {
            int tokens = pace.PromptTokens(3, 256);
            double seconds = usual + (tokens * 0.0002);
            pace.Note(3, tokens, seconds);
            worst = Math.Max(worst, seconds);
        }

        worst.ShouldBeInRange(1.5 * usual, 4 * usual);
    }

    /// <summary>Steps whose time grows with their prompt tokens, after the first ten.</summary>
    private static (double Worst, double Mean, int PromptTokens) Run(
        double usual, double promptToken, double prompt, double slowdown, int steps)
    {
        var pace = new StepPace(4, slowdown);
        (double worst, double sum, int computed) = (0, 0, 0);
        for (int step = -10; step < steps; step++)
        {
            int tokens = pace.PromptTokens(3, 256);
            double seconds = usual + (tokens == 0 ? 0 : prompt + (tokens * promptToken));
            pace.Note(3, tokens, seconds);
            if (step < 0) continue;
            if (step > steps / 2) worst = Math.Max(worst, seconds); // It has found its pace by then.
            sum += seconds;
            computed += tokens;
        }

        return (worst, sum / steps, computed);
    }
}
