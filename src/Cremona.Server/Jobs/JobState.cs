namespace Cremona.Server.Jobs;

/// <summary>The closed set of states of a job. <see cref="JobTransitions"/> says how they follow one another.</summary>
public enum JobState
{
    /// <summary>The row is written; no queue has accepted it yet.</summary>
    Created,

    /// <summary>Queued: the next free worker may take it.</summary>
    Pending,

    /// <summary>Some attempt holds, or held, its lease. A job that changes hands stays in this state.</summary>
    Running,

    Succeeded,
    Failed,
    Cancelled,
}
