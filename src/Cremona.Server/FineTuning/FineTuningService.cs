using System.Data.Common;
using Cremona.Server.Edge;
using Cremona.Server.Jobs;
using Cremona.Server.Models;
using Cremona.Server.Storage;
using Microsoft.Extensions.Options;

namespace Cremona.Server.FineTuning;

/// <summary>Decides whether a job is accepted, and what deleting one means.</summary>
public sealed class FineTuningService(
    IFineTuneJobStore tasks,
    IJobStore jobs,
    JobSignals signals,
    IModelCatalog catalog,
    ExampleFiles examples,
    IOptions<FineTuningOptions> options)
{
    /// <summary>Checks everything that needs only the files and the tokenizer, then writes the job.</summary>
    /// <exception cref="ApiException">2013 with the first thing that is wrong.</exception>
    public async Task<FineTuneJob> CreateAsync(string groupId, FineTuneOrder order, CancellationToken cancellationToken)
    {
        // 1. What the request names must exist.
        BaseModel model = catalog.FindBase(order.ModelName)
            ?? throw ApiException.UnsupportedModel(order.ModelName);
        if (model.Folder is null)
        {
            throw ApiException.InvalidParameters(
                $"model {order.ModelName} cannot be tuned, its weights are not on this server; take another model");
        }

        StoredFile training = await examples.GetFileAsync(groupId, order.TrainingFile, cancellationToken);
        StoredFile? validation = order.ValidationFile == 0
            ? null
            : await examples.GetFileAsync(groupId, order.ValidationFile, cancellationToken);

        // 2. A full group is told so before its files are read; the count that decides is made when the job is written.
        if (await tasks.CountAsync(groupId, cancellationToken) >= options.Value.ModelsPerGroupMax)
        {
            throw AtLimit();
        }

        // 3. The data must be good: every row, nothing cut.
        ExampleSet checkedRows = await examples.ReadAsync(training, model, ExampleFiles.Training, cancellationToken);
        if (validation is not null)
        {
            await examples.ReadAsync(validation, model, ExampleFiles.Validation, cancellationToken);
        }

        // 4. The job is written, its files are held, and the queue of this process hears of it.
        FineTuneJob job = await WriteAsync(groupId, order, model, checkedRows.TokenCount, cancellationToken)
            ?? throw AtLimit();
        signals.Wake();
        return job;
    }

    /// <exception cref="ApiException">2013: the group has no such job.</exception>
    public async Task<FineTuneJob> GetAsync(string groupId, string jobId, CancellationToken cancellationToken) =>
        await tasks.FindAsync(groupId, jobId, cancellationToken) ?? throw NotFound(jobId);

    /// <param name="groupId">The owner.</param>
    /// <param name="after">A job's id (its successors follow) or an offset; null lists from the newest.</param>
    /// <param name="limit">How many at most.</param>
    public async Task<IReadOnlyList<FineTuneJob>> ListAsync(
        string groupId, string? after, long limit, CancellationToken cancellationToken)
    {
        FineTuneJob? job = after is null ? null : await tasks.FindAsync(groupId, after, cancellationToken);
        long offset = job is not null ? 0 : FineTuningWire.ReadOffset(after) ?? throw UnknownCursor(after!);
        return await tasks.ListAsync(groupId, job, offset, limit, cancellationToken);
    }

    /// <param name="groupId">The owner.</param>
    /// <param name="jobId">The job.</param>
    /// <param name="after">An offset; the job's own id means the beginning, as all events carry it.</param>
    /// <param name="limit">How many at most.</param>
    public async Task<IReadOnlyList<JobEvent>> ListEventsAsync(
        string groupId, string jobId, string? after, long limit, CancellationToken cancellationToken)
    {
        await GetAsync(groupId, jobId, cancellationToken);
        long offset = after == jobId ? 0 : FineTuningWire.ReadOffset(after) ?? throw UnknownCursor(after!);
        return await jobs.ListEventsAsync(jobId, offset, limit, cancellationToken);
    }

    /// <summary>Cancels an unfinished job; removes a finished one, whose model and loss table stay.</summary>
    /// <exception cref="ApiException">2013: the group has no such job.</exception>
    public async Task DeleteAsync(string groupId, string jobId, CancellationToken cancellationToken)
    {
        // In this order: a job that ends between the two is finished, and then removed.
        bool isDone = await jobs.CancelAsync(groupId, jobId, cancellationToken)
            || await jobs.RemoveAsync(groupId, jobId, cancellationToken);
        if (!isDone)
        {
            throw NotFound(jobId);
        }

        signals.Cancelled(jobId);
    }

    private async Task<FineTuneJob?> WriteAsync(
        string groupId, FineTuneOrder order, BaseModel model, long tokenCount, CancellationToken cancellationToken)
    {
        try
        {
            return await tasks.CreateAsync(order, model.Id, groupId, tokenCount, cancellationToken);
        }
        catch (DbException)
        {
            // A file that was deleted since it was read cannot be held: name it. Anything else is a fault of the store.
            await examples.GetFileAsync(groupId, order.TrainingFile, cancellationToken);
            if (order.ValidationFile != 0)
            {
                await examples.GetFileAsync(groupId, order.ValidationFile, cancellationToken);
            }

            throw;
        }
    }

    private ApiException AtLimit() => ApiException.InvalidParameters(
        $"finetune model count reaches the limit {options.Value.ModelsPerGroupMax}");

    private static ApiException NotFound(string jobId) =>
        ApiException.InvalidParameters($"finetune job not found: {jobId}");

    private static ApiException UnknownCursor(string after) =>
        ApiException.InvalidParameters($"after not found: {after}");
}
