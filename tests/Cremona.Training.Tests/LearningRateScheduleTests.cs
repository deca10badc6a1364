namespace Cremona.Training.Tests;

public class LearningRateScheduleTests
{
    [Fact]
    public void At_RisesToThePeak_ThenFallsToTheFloor()
    {
        var schedule = new LearningRateSchedule(Peak: 2, WarmupSteps: 4, StepCount: 100, FloorShare: 0.1);
        schedule.At(1).ShouldBe(0.5);
        schedule.At(4).ShouldBe(2);
        schedule.At(52).ShouldBe(2 * (0.1 + (0.9 * 0.5)), 1e-12);
        schedule.At(100).ShouldBe(0.2, 1e-12);
        Enumerable.Range(4, 96).ShouldAllBe(step => schedule.At(step + 1) < schedule.At(step));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(0, 1)]
    [InlineData(0, 7)]
    public void At_IsPositive_InTheShortestRuns(int warmupSteps, int stepCount)
    {
        var schedule = new LearningRateSchedule(1, warmupSteps, stepCount, 0.1);
        Enumerable.Range(1, stepCount).ShouldAllBe(step => schedule.At(step) > 0 && schedule.At(step) <= 1);
    }
}
