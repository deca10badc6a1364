using Cremona.Inference.Adapters;
using Cremona.Inference.Kernels;
using Cremona.Training.Checkpoints;
using Cremona.Training.Data;
using Cremona.Training.FineTuning;

namespace Cremona.Training;

/// <summary>Trains a LoRA adapter on rows of tokens. Synchronous and heavy: the caller gives it a thread.</summary>
/// <remarks>The adapter is a function of request and settings alone: threads, kills and cancellations change nothing
/// in its bytes.</remarks>
/// <param name="settings">What the request leaves open.</param>
public sealed class FineTuner(FineTuneSettings settings)
{
    private const string AdapterName = "adapter";
    private const string CheckpointsName = "checkpoints";

    /// <summary>Of the two files of an adapter the one that is written last.</summary>
    private const string AdapterConfigName = "adapter_config.json";

    /// <summary>With the default settings.</summary>
    public FineTuner()
        : this(new FineTuneSettings())
    {
    }

    /// <summary>Runs the request from its last checkpoint, or from the start.</summary>
    /// <param name="request">What to train; its work folder may hold an earlier attempt.</param>
    /// <param name="onStep">Told after each step of this attempt. Steps after the last checkpoint of an earlier attempt
    /// are taken, and told, again with the same numbers.</param>
    /// <param name="cancellationToken">Stops at the next step with a checkpoint written; within a measurement on the
    /// validation rows at once, and its step is taken again.</param>
    /// <returns>The adapter of the lowest validation loss, or of the last step when there are no validation
    /// rows.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; the same request goes on from there.</exception>
    /// <exception cref="DirectoryNotFoundException">The work folder was removed meanwhile; nothing is written there any
    /// more.</exception>
    /// <exception cref="CheckpointMismatchException">The work folder holds another request's checkpoints.</exception>
    /// <exception cref="TrainingDivergedException">The loss is no longer finite.</exception>
    /// <exception cref="LogitDisagreementException">Training and serving compute different models.</exception>
    public FineTuneResult Run(FineTuneRequest request, Action<TrainingStep> onStep, CancellationToken cancellationToken)
    {
        if (request.TrainingRows.Count == 0) throw new ArgumentException("There are no training rows.", nameof(request));
        cancellationToken.ThrowIfCancellationRequested();
        Directory.CreateDirectory(request.WorkFolder);
        string fingerprint = FineTuneFingerprint.Of(request, settings);
        string checkpointFolder = Path.Combine(request.WorkFolder, CheckpointsName);
        var checkpoints = new CheckpointFolder(checkpointFolder);
        CheckpointSearch found = checkpoints.FindNewest(fingerprint);

        IReadOnlyList<TokenizedRow> rehearsed = Rehearsal.Generate(request, settings.RehearsalRows, cancellationToken);
        using var pool = new ComputePool(Math.Min(request.ThreadCount, ComputePool.ThreadCountMax));
        using var session = new FineTuneSession(request, settings, rehearsed, pool, cancellationToken);
        string adapterFolder = Path.Combine(request.WorkFolder, AdapterName);
        if (found.State != null && LacksAdapter(found.State, session.StepCount, adapterFolder))
            Directory.Delete(checkpointFolder, recursive: true);
        else if (found.State != null)
            session.Restore(found.State);
        TakeSteps(request, session, adapterFolder, state =>
        {
            RequireFolder(request, cancellationToken);
            checkpoints.Save(state(fingerprint));
        }, onStep, cancellationToken);

        LoraAdapter adapter = AdapterFolder.Load(adapterFolder, request.BaseModel.Config);
        session.Load(adapter);
        double difference = LogitAgreement.Check(request, session, adapter);
        return new FineTuneResult(adapterFolder, [.. session.History], difference) { CheckpointFaults = found.Faults };
    }

    /// <summary>The steps behind a checkpoint may never write the best adapter of those before it again: without it the
    /// checkpoint is worth nothing.</summary>
    private static bool LacksAdapter(TrainerState state, int stepCount, string adapterFolder) =>
        (double.IsFinite(state.BestValidationLoss) || state.Step == stepCount)
        && !File.Exists(Path.Combine(adapterFolder, AdapterConfigName));

    /// <summary>A folder that was removed, as that of a cancelled job is, must not come back: nobody would remove it
    /// again.</summary>
    private static void RequireFolder(FineTuneRequest request, CancellationToken cancellationToken)
    {
        if (Directory.Exists(request.WorkFolder)) return;
        cancellationToken.ThrowIfCancellationRequested();
        throw new DirectoryNotFoundException($"The work folder {request.WorkFolder} was removed.");
    }

    /// <summary>An adapter that becomes the best is written before the checkpoint that remembers its loss, so a crash
    /// between the two only writes it again.</summary>
    private static void TakeSteps(
        FineTuneRequest request, FineTuneSession session, string adapterFolder,
        Action<Func<string, TrainerState>> save, Action<TrainingStep> onStep, CancellationToken cancellationToken)
    {
        long saved = request.Clock.GetTimestamp();
        while (session.Step < session.StepCount)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                save(session.Capture);
                cancellationToken.ThrowIfCancellationRequested();
            }

            TrainingStep step = session.TakeStep(cancellationToken);
            if (session.IsBest)
            {
                RequireFolder(request, cancellationToken);
                AdapterFolder.Save(adapterFolder, session.ToAdapter(), request.BaseModelName);
            }

            onStep(step);
            bool isDue = request.Clock.GetElapsedTime(saved) >= request.CheckpointInterval;
            if (!isDue && step.Step < session.StepCount) continue;
            save(session.Capture);
            saved = request.Clock.GetTimestamp();
        }
    }
}
