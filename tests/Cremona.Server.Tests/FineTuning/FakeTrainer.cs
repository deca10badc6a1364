using System.Text;
using Cremona.Server.FineTuning;
using Cremona.Training;

namespace Cremona.Server.Tests.FineTuning;

/// <summary>Trains nothing: three steps and a folder of the right form, or whatever a test makes of it.</summary>
public sealed class FakeTrainer : ITrainer
{
    public Func<FineTuneRequest, Action<TrainingStep>, CancellationToken, FineTuneResult> Work { get; set; } = Finish;

    /// <summary>Lets jobs wait until the test has seen enough, or until they are cancelled.</summary>
    public static Func<FineTuneRequest, Action<TrainingStep>, CancellationToken, FineTuneResult> FinishAfter(
        ManualResetEventSlim gate) => (request, onStep, cancellationToken) =>
        {
            gate.Wait(cancellationToken);
            return Finish(request, onStep, cancellationToken);
        };

    public static FineTuneResult Finish(
        FineTuneRequest request, Action<TrainingStep> onStep, CancellationToken cancellationToken)
    {
        bool hasValidation = request.ValidationRows.Count > 0;
        TrainingStep[] steps =
        [
            new(1, 3, 0.324273, hasValidation ? 0.5 : null, 100),
            new(2, 3, 0.3436214, null, 200),
            new(3, 3, 0.25, hasValidation ? 0.4 : null, 300),
        ];
        Array.ForEach(steps, onStep);
        string folder = Path.Combine(request.WorkFolder, "adapter");
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "adapter_config.json"), Encoding.UTF8.GetBytes("{}"));
        File.WriteAllBytes(Path.Combine(folder, "adapter_model.safetensors"), new byte[64]);
        return new FineTuneResult(folder, steps, 0);
    }

    FineTuneResult ITrainer.Run(
        FineTuneRequest request, Action<TrainingStep> onStep, CancellationToken cancellationToken) =>
        Work(request, onStep, cancellationToken);
}
