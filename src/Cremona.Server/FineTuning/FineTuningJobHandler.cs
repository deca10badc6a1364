using Cremona.Inference.Checkpoints;
using Cremona.Server.Edge;
using Cremona.Server.Jobs;
using Cremona.Server.Models;
using Cremona.Server.Storage;
using Cremona.Training;

namespace Cremona.Server.FineTuning;

/// <summary>Trains an adapter and publishes it as a model.</summary>
public sealed class FineTuningJobHandler(
    IFineTuneJobStore tasks,
    ExampleFiles examples,
    IModelHost host,
    IModelCatalog catalog,
    TunedModelPublisher publisher,
    FineTuningRun run) : IJobHandler
{
    public const string JobKind = "finetune";

    public string Kind => JobKind;

    public async Task<JobResult> RunAsync(
        JobLease lease, Action<JobProgress> report, CancellationToken cancellationToken)
    {
        // 1. The same rows that were checked when the job was made. Whatever is wrong now is the data's or the
        // operator's fault.
        FineTuneTask task = await tasks.FindTaskAsync(lease.JobId, cancellationToken)
            ?? throw new InvalidOperationException($"Job {lease.JobId} has no task.");
        BaseModel baseModel = catalog.BaseModels.FirstOrDefault(model => model.Id == task.BaseModelId)
            ?? throw ApiException.UnsupportedModel(task.BaseModelName);
        ExampleSet training = await ReadAsync(
            task, task.TrainingFile, ExampleFiles.Training, baseModel, cancellationToken);
        ExampleSet validation = task.ValidationFile == 0
            ? ExampleSet.Empty
            : await ReadAsync(task, task.ValidationFile, ExampleFiles.Validation, baseModel, cancellationToken);
        LanguageModel model = await host.LoadAsync(baseModel, cancellationToken);

        // 2. Training, from the last checkpoint if an attempt before this one left one.
        FineTuneResult result = await run.TrainAsync(
            lease, task, model, training, validation, report, cancellationToken);

        // 3. The model appears in the transaction that ends the job: callable in the moment its event is visible.
        return new JobResult(
            task.ModelName, (transaction, token) => publisher.PublishAsync(task, result, transaction, token));
    }

    public async Task CleanAsync(Job job, CancellationToken cancellationToken)
    {
        await publisher.CleanAsync(job, cancellationToken);
        run.Clean(job);
        if (job.RemovedAt != 0)
        {
            await tasks.DeleteTaskAsync(job.Id, cancellationToken);
        }
    }

    private async Task<ExampleSet> ReadAsync(
        FineTuneTask task, long fileId, string field, BaseModel model, CancellationToken cancellationToken)
    {
        StoredFile file = await examples.GetFileAsync(task.GroupId, fileId, cancellationToken);
        return await examples.ReadAsync(file, model, field, cancellationToken);
    }
}
