using Cremona.Cli.Commands.Pretraining;
using Cremona.Training;
using Cremona.Training.Pretraining;

namespace Cremona.Cli.Tests;

public class PretrainTextTests
{
    [Theory]
    [InlineData(59, "00:00:59")]
    [InlineData(86_399, "23:59:59")]
    [InlineData(183_845, "51:04:05")]
    public void Describe_TellsTheTimeLeftInHours_AlsoBeyondADay(int secondsLeft, string told)
    {
        PretrainProgress progress = new(
            new TrainingStep(2, 10, 1.25, null, 8192),
            LearningRate: 0.02,
            TokensPerSecond: 1234,
            TimeLeft: TimeSpan.FromSeconds(secondsLeft),
            MatrixRateShare: 0.5);

        PretrainText.Describe(progress).ShouldBe(
            $"step 2/10  loss 1.250  1,234 tokens/s  50 % of the matrix rate  {told} left");
    }
}
