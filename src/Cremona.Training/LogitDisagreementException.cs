namespace Cremona.Training;

/// <summary>Training, adapter-served and merged logits differ by more than rounding: what was trained is not what would
/// be served.</summary>
public sealed class LogitDisagreementException(double difference, double bound)
    : Exception($"Training and serving disagree: logits differ by {difference:g3}, at most {bound:g3} is rounding.")
{
    /// <summary>Largest absolute difference found.</summary>
    public double Difference { get; } = difference;
}
