using Cremona.Inference.Scheduling;

namespace Cremona.Inference.Tests.Scheduling;

public class StepPaceTests
{
    [Fact]
    public void Prompts_TakeWhatTheyMay_WhenNobodyWaits() => new StepPace(4, 2).PromptTokens(0, 256).ShouldBe(256);

    [Theory]
    [InlineData(0.020, 0.005, 2)]
    [InlineData(0.060, 0.005, 2)]
    [InlineData(0.060, 0.0001, 2)]
    [InlineData(0.001, 0.002, 2)]
    [InlineData(0.020, 0.005, 10)]
    public void Step_StaysWithinTheSlowdown(double usual, double promptToken, double slowdown)
    {
        var pace = new StepPace(4, slowdown);
        int computed = 0;
        for (int step = 0; step < 200; step++)
        {
            int tokens = pace.PromptTokens(3, 256);
            double seconds = usual + (tokens * promptToken);
            pace.Note(3, tokens, seconds);
            computed += tokens;
            if (step > 5 && tokens > 1) seconds.ShouldBeLessThanOrEqualTo(slowdown * usual);
        }

        // One step in 33 is left to measure; of what fits into the others most is used.
        double fits = Math.Clamp((slowdown - 1) * usual / promptToken, 1, 256);
        computed.ShouldBeGreaterThan((int)(0.7 * Math.Floor(fits) * 190));
    }

    [Fact]
    public void Pace_FollowsTheLengthOfTheSequences()
    {
        var pace = new StepPace(1, 2);
        double usual = 0.01;
        for (int step = 0; step < 1000; step++, usual *= 1.002)
        {
            int tokens = pace.PromptTokens(1, 256);
            pace.Note(1, tokens, usual + (tokens * 0.001));
        }

        double share = pace.PromptTokens(1, 256) * 0.001 / usual;
        share.ShouldBeInRange(0.6, 1);
    }

    [Fact]
    public void Step_WithoutPrompts_ComesFirst_ForANumberOfSequencesNotMetYet()
    {
        var pace = new StepPace(2, 2);
        pace.PromptTokens(1, 100).ShouldBe(0);
        pace.Note(1, 0, 0.01);
        pace.PromptTokens(1, 100).ShouldBeGreaterThan(0);
        pace.PromptTokens(2, 100).ShouldBe(0);
    }
}
