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

    /// <summary>Removes the model for everybody and frees its adapter. False when there was nothing to
    /// delete.</summary>
    Task<bool> DeleteAsync(string groupId, string id, CancellationToken cancellationToken);

    /// <summary>Notes that the model is in use. Writes at most once an hour.</summary>
    Task MarkCalledAsync(TunedModel model, CancellationToken cancellationToken);

    /// <summary>Removes all models, of every group, that nobody called since they were made or since a time.</summary>
    /// <param name="unusedSince">The time.</param>
    /// <param name="cancellationToken">Ends the work between two steps.</param>
    /// <returns>Their ids.</returns>
    Task<IReadOnlyList<string>> LapseAsync(DateTimeOffset unusedSince, CancellationToken cancellationToken);

    /// <summary>Frees adapters of deleted models that a crash left behind.</summary>
    Task PurgeAsync(CancellationToken cancellationToken);
}
