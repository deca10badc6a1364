using System.Data.Common;

namespace Cremona.Server.FineTuning;

/// <summary>Fine-tuning jobs with their tasks. An id of another group behaves like an unknown id.</summary>
public interface IFineTuneJobStore
{
    /// <summary>Writes job and task in one transaction that also counts the group's models and unfinished
    /// jobs.</summary>
    /// <param name="order">Checked.</param>
    /// <param name="baseModelId">What the order's model name means.</param>
    /// <param name="groupId">The owner.</param>
    /// <param name="tokenCount">Tokens of the training file.</param>
    /// <returns>The new job, or null when the group is at its limit.</returns>
    Task<FineTuneJob?> CreateAsync(
        FineTuneOrder order, string baseModelId, string groupId, long tokenCount, CancellationToken cancellationToken);

    Task<FineTuneJob?> FindAsync(string groupId, string jobId, CancellationToken cancellationToken);

    /// <summary>Newest first, from behind the given job, or skipping the first <paramref name="offset"/>.</summary>
    Task<IReadOnlyList<FineTuneJob>> ListAsync(
        string groupId, FineTuneJob? after, long offset, long limit, CancellationToken cancellationToken);

    /// <summary>Models and unfinished jobs of the group together.</summary>
    Task<long> CountAsync(string groupId, CancellationToken cancellationToken);

    /// <summary>The task of a job, for the worker.</summary>
    Task<FineTuneTask?> FindTaskAsync(string jobId, CancellationToken cancellationToken);

    /// <summary>Notes the loss table, inside the transaction that ends the job.</summary>
    Task SetResultFileAsync(
        string jobId, long fileId, DbTransaction transaction, CancellationToken cancellationToken);

    /// <summary>Deletes the task of a removed job.</summary>
    Task DeleteTaskAsync(string jobId, CancellationToken cancellationToken);
}
