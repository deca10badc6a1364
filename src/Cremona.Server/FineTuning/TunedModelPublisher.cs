using System.Data.Common;
using System.Globalization;
using Cremona.Server.Edge;
using Cremona.Server.Jobs;
using Cremona.Server.Models;
using Cremona.Server.Storage;
using Cremona.Training;

namespace Cremona.Server.FineTuning;

/// <summary>Makes a finished training a model: adapter and loss table go into the blob store, their rows with the job's
/// end.</summary>
public sealed class TunedModelPublisher(
    IFineTuneJobStore tasks, ITunedModelStore models, IFileStore files, IBlobStore blobs, TimeProvider clock)
{
    private const string ResultPurpose = "fine-tune-result";

    /// <summary>Publishes inside the transaction that ends the job. If that fails after all, the next attempt replaces
    /// the adapter or <see cref="CleanAsync"/> removes it.</summary>
    public async Task PublishAsync(
        FineTuneTask task, FineTuneResult result, DbTransaction transaction, CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        string adapterKey = AdapterKey(task.JobId);
        await PublishAdapterAsync(result.AdapterFolder, adapterKey, cancellationToken);
        StoredFile table = await WriteTableAsync(task, result, now, cancellationToken);
        TunedModel model = new(
            task.ModelName,
            task.GroupId,
            task.BaseModelName,
            task.BaseModelId,
            now.ToUnixTimeMilliseconds(),
            adapterKey,
            task.JobId);
        await files.AddAsync(table, transaction, cancellationToken);
        await tasks.SetResultFileAsync(task.JobId, table.Id, transaction, cancellationToken);
        await models.AddAsync(model, transaction, cancellationToken);
    }

    /// <summary>Removes the adapter of a job that made no model.</summary>
    public async Task CleanAsync(Job job, CancellationToken cancellationToken)
    {
        if (job.State != JobState.Succeeded)
        {
            await blobs.DeleteFolderAsync(AdapterKey(job.Id), cancellationToken);
        }
    }

    /// <summary>Publishes a copy: the attempt that follows a crash right here finds its adapter still in the work
    /// folder.</summary>
    private async Task PublishAdapterAsync(string adapterFolder, string key, CancellationToken cancellationToken)
    {
        string copy = adapterFolder + ".published";
        Directory.CreateDirectory(copy);
        foreach (string file in Directory.EnumerateFiles(adapterFolder))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)), overwrite: true);
        }

        await blobs.PublishFolderAsync(copy, key, cancellationToken);
    }

    private static string AdapterKey(string jobId) => $"adapters/{jobId}";

    private async Task<StoredFile> WriteTableAsync(
        FineTuneTask task, FineTuneResult result, DateTimeOffset now, CancellationToken cancellationToken)
    {
        long id = Ids.NewFileId(clock);
        string key = string.Create(CultureInfo.InvariantCulture, $"files/{id}");
        using MemoryStream content = new(LossTable.Write(result.Steps));
        BlobDigest digest = await blobs.WriteAsync(key, content, content.Length, cancellationToken);
        return new StoredFile(
            id,
            task.GroupId,
            digest.Bytes,
            now.ToUnixTimeSeconds(),
            $"{task.JobId}.csv",
            ResultPurpose,
            digest.Sha256,
            key);
    }
}
