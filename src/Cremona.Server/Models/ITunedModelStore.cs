using System.Data.Common;

namespace Cremona.Server.Models;

/// <summary>Rows of fine-tuned models. An id of another group behaves like an unknown id.</summary>
public interface ITunedModelStore
{
    /// <summary>Adds the row inside the caller's transaction, so that a model and its job's end appear
    /// together.</summary>
    Task AddAsync(TunedModel model, DbTransaction transaction, CancellationToken cancellationToken);

    Task<TunedModel?> FindAsync(string groupId, string id, CancellationToken cancellationToken);

    /// <summary>Newest first.</summary>
    Task<IReadOnlyList<TunedModel>> ListAsync(string groupId, CancellationToken cancellationToken);

    /// <summary>From now on nobody finds the model. False when there was nothing to delete.</summary>
    Task<bool> MarkDeletedAsync(string groupId, string id, CancellationToken cancellationToken);

    /// <summary>Notes that the model is in use. Writes at most once an hour.</summary>
    Task MarkCalledAsync(TunedModel model, CancellationToken cancellationToken);

    /// <summary>From now on nobody finds the models, of every group, that nobody called since they were made or since a
    /// time.</summary>
    /// <param name="unusedSince">The time.</param>
    /// <param name="cancellationToken">Changes nothing.</param>
    /// <returns>How many.</returns>
    Task<int> MarkLapsedAsync(DateTimeOffset unusedSince, CancellationToken cancellationToken);

    /// <summary>The models, of every group, that are marked and not yet forgotten.</summary>
    Task<IReadOnlyList<TunedModel>> ListMarkedAsync(CancellationToken cancellationToken);

    /// <summary>Deletes the adapter's files.</summary>
    Task FreeAsync(TunedModel model, CancellationToken cancellationToken);

    /// <summary>Deletes the row of a marked model.</summary>
    Task ForgetAsync(TunedModel model, CancellationToken cancellationToken);
}
