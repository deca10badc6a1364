namespace Cremona.Server.Storage;

/// <summary>The calls of the last minute, of all processes that answer calls, and who they are. Times are of the
/// store's clock: PostgreSQL's own, for SQLite the machine's.</summary>
public interface ICallCountStore
{
    /// <summary>Enters a process or renews its heartbeat, and removes what has lapsed.</summary>
    /// <param name="shares">As in <see cref="ServingProcess"/>.</param>
    /// <returns>The others.</returns>
    Task<IReadOnlyList<ServingProcess>> BeatAsync(
        string processId, bool shares, CancellationToken cancellationToken);

    /// <summary>The other processes whose heartbeat has not lapsed.</summary>
    Task<IReadOnlyList<ServingProcess>> ListOthersAsync(string processId, CancellationToken cancellationToken);

    /// <summary>Replaces what the store has of a process, and notes that it shares from now on.</summary>
    /// <param name="take">Called once, when the store lets nobody else in until this is done; returns what the process
    /// has let in within the last minute.</param>
    /// <returns>The second in which those of age 0 were let in.</returns>
    Task<long> HandOverAsync(
        string processId, Func<IReadOnlyCollection<CallCount>> take, CancellationToken cancellationToken);

    /// <summary>Notes that a process counts for itself from now on.</summary>
    Task TakeBackAsync(string processId, CancellationToken cancellationToken);

    /// <summary>The process answers no more calls; those that it let in count for their minute.</summary>
    Task LeaveAsync(string processId, CancellationToken cancellationToken);

    /// <summary>Settles calls, then lets in those whose limits the last minute of all processes leaves room for, each
    /// after the ones before it. No two processes do this at once.</summary>
    /// <returns>For each of <paramref name="asked"/>.</returns>
    Task<IReadOnlyList<CallDecision>> ReserveAsync(
        string processId, IReadOnlyList<CallSettlement> ended, IReadOnlyList<CallReservation> asked,
        CancellationToken cancellationToken);

    /// <summary>The last minute of a group.</summary>
    Task<IReadOnlyList<CallCount>> ListAsync(string groupId, CancellationToken cancellationToken);
}
