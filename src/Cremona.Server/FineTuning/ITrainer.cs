using Cremona.Training;

namespace Cremona.Server.FineTuning;

/// <summary>Where training happens: in this process today; the contract (request, steps, PEFT folder) also fits a
/// trainer behind a command.</summary>
public interface ITrainer
{
    /// <inheritdoc cref="FineTuner.Run"/>
    FineTuneResult Run(FineTuneRequest request, Action<TrainingStep> onStep, CancellationToken cancellationToken);
}
