using System.Globalization;
using Cremona.Inference.Checkpoints;
using Cremona.Protocol.Errors;
using Cremona.Server.Edge;
using Cremona.Server.Jobs;
using Cremona.Server.Storage;
using Cremona.Training;
using Cremona.Training.Checkpoints;
using Microsoft.Extensions.Options;

namespace Cremona.Server.FineTuning;

/// <summary>Runs the trainer in a thread of its own, inside the job's work folder.</summary>
public sealed class FineTuningRun(
    ITrainer trainer, DataFolder data, IOptions<FineTuningOptions> options, TimeProvider clock)
{
    private readonly FineTuningOptions _options = options.Value;

    /// <summary>Trains to the end, from the last checkpoint on.</summary>
    public Task<FineTuneResult> TrainAsync(
        JobLease lease,
        FineTuneTask task,
        LanguageModel model,
        ExampleSet training,
        ExampleSet validation,
        Action<JobProgress> report,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        JobFolder folder = new(data.JobFolder, lease.JobId);
        FineTuneRequest request = new()
        {
            BaseModel = model,
            BaseModelName = task.BaseModelName,
            TrainingRows = training.Rows,
            ValidationRows = validation.Rows,
            Hyperparameters = task.Hyperparameters,
            WorkFolder = folder.TakeOver(lease.Attempt),
            Seed = _options.Seed,
            ThreadCount = _options.ThreadCount == 0 ? Environment.ProcessorCount : _options.ThreadCount,
            CheckpointInterval = _options.CheckpointInterval,
            Clock = clock,
        };
        return RunThread(lease.JobId, () => Train(request, folder, lease.Attempt, report, cancellationToken));
    }

    /// <summary>Checkpoints go when the job ends, the log when it is removed.</summary>
    public void Clean(Job job)
    {
        JobFolder folder = new(data.JobFolder, job.Id);
        if (job.RemovedAt == 0)
        {
            folder.RemoveAttempts();
        }
        else
        {
            folder.Remove();
        }
    }

    private FineTuneResult Train(
        FineTuneRequest request,
        JobFolder folder,
        long attempt,
        Action<JobProgress> report,
        CancellationToken cancellationToken)
    {
        using TrainingLog log = new(folder.LogPath, attempt, clock);
        try
        {
            FineTuneResult result = RunTrainer(request, step => report(log.Follow(step)), cancellationToken);
            log.WriteAgreement(result.LargestLogitDifference, result.CheckpointFaults);
            return result;
        }
        catch (TrainingDivergedException fault)
        {
            // The same numbers would come again: no other attempt helps.
            throw new ApiException(ApiError.Internal, $"internal service error, loss is not finite at step {fault.Step}");
        }
        catch (LogitDisagreementException fault)
        {
            throw new ApiException(ApiError.Internal, string.Create(
                CultureInfo.InvariantCulture, $"internal service error, served logits differ by {fault.Difference:g3}"));
        }
    }

    private FineTuneResult RunTrainer(
        FineTuneRequest request, Action<TrainingStep> onStep, CancellationToken cancellationToken)
    {
        try
        {
            return trainer.Run(request, onStep, cancellationToken);
        }
        catch (CheckpointMismatchException)
        {
            // The base model or a setting changed since the last attempt: its checkpoints are worth nothing any more.
            Directory.Delete(request.WorkFolder, recursive: true);
            Directory.CreateDirectory(request.WorkFolder);
            return trainer.Run(request, onStep, cancellationToken);
        }
    }

    /// <summary>Training computes for minutes: it would starve the thread pool that serves requests.</summary>
    private static Task<T> RunThread<T>(string jobId, Func<T> work)
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Thread thread = new(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception fault)
            {
                done.SetException(fault);
            }
        })
        {
            IsBackground = true,
            Name = $"job {jobId}",
        };
        thread.Start();
        return done.Task;
    }
}
