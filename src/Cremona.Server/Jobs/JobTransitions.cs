using System.Collections.Frozen;

namespace Cremona.Server.Jobs;

/// <summary>The one table of allowed transitions. Every change of a job's state is one SQL statement guarded by a
/// source state taken from here.</summary>
public static class JobTransitions
{
    private static readonly FrozenDictionary<JobState, JobState[]> Table = new Dictionary<JobState, JobState[]>
    {
        [JobState.Created] = [JobState.Pending, JobState.Failed, JobState.Cancelled],
        [JobState.Pending] = [JobState.Running, JobState.Failed, JobState.Cancelled],
        [JobState.Running] = [JobState.Succeeded, JobState.Failed, JobState.Cancelled],
        [JobState.Succeeded] = [],
        [JobState.Failed] = [],
        [JobState.Cancelled] = [],
    }.ToFrozenDictionary();

    public static bool IsAllowed(JobState from, JobState to) => Table[from].Contains(to);

    /// <summary>Whether nothing follows the state.</summary>
    public static bool IsFinal(JobState state) => Table[state].Length == 0;

    /// <summary>The state as it stands in the row and on the wire.</summary>
    public static string Word(JobState state) => state switch
    {
        JobState.Created => "created",
        JobState.Pending => "pending",
        JobState.Running => "running",
        JobState.Succeeded => "succeeded",
        JobState.Failed => "failed",
        JobState.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "not a job state"),
    };

    /// <summary>The states from which <paramref name="to"/> may be reached, as a SQL list:
    /// <c>'created','pending'</c>.</summary>
    public static string SourcesSql(JobState to) => SqlList(Table.Keys.Where(from => IsAllowed(from, to)));

    /// <summary>The states that something may still follow, as a SQL list.</summary>
    public static string UnfinishedSql { get; } = SqlList(Table.Keys.Where(state => !IsFinal(state)));

    private static string SqlList(IEnumerable<JobState> states) =>
        string.Join(',', states.Order().Select(state => $"'{Word(state)}'"));
}
