using Cremona.Training;

namespace Cremona.Server.FineTuning;

/// <summary>The managed CPU trainer.</summary>
public sealed class ManagedTrainer : ITrainer
{
    public FineTuneResult Run(
        FineTuneRequest request, Action<TrainingStep> onStep, CancellationToken cancellationToken) =>
        new FineTuner().Run(request, onStep, cancellationToken);
}
