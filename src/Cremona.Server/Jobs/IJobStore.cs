using System.Data.Common;

namespace Cremona.Server.Jobs;

/// <summary>Jobs as their owners see them. An id of another group behaves like an unknown id.</summary>
public interface IJobStore
{
    /// <summary>Writes the row, its first event and its holds inside the room's transaction. The caller wakes the queue
    /// after the commit. False when the id is taken.</summary>
    Task<bool> CreateAsync(NewJob job, DbTransaction transaction, CancellationToken cancellationToken);

    Task<Job?> FindAsync(string groupId, string id, CancellationToken cancellationToken);

    /// <summary>Ascending, skipping the first <paramref name="offset"/> events.</summary>
    Task<IReadOnlyList<JobEvent>> ListEventsAsync(
        string id, long offset, long limit, CancellationToken cancellationToken);

    /// <summary>Cancels an unfinished job, whoever works on it; false when there is none.</summary>
    Task<bool> CancelAsync(string groupId, string id, CancellationToken cancellationToken);

    /// <summary>Takes a finished job away from its owner; false when there is none. Its rows vanish when
    /// its leftovers are cleaned up.</summary>
    Task<bool> RemoveAsync(string groupId, string id, CancellationToken cancellationToken);
}
