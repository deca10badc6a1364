namespace Cremona.Server.Jobs;

/// <summary>What the queue and its workers log.</summary>
internal static partial class JobsLog
{
    [LoggerMessage(EventId = 3001, Level = LogLevel.Information,
        Message = "Job {JobId} ({Kind}): attempt {Attempt} begins")]
    public static partial void Started(ILogger log, string jobId, string kind, long attempt);

    [LoggerMessage(EventId = 3002, Level = LogLevel.Information,
        Message = "Job {JobId}: attempt {Attempt} is over, {Outcome}; stopped for: {Reason}")]
    public static partial void Ended(ILogger log, string jobId, long attempt, string outcome, JobStop reason);

    [LoggerMessage(EventId = 3003, Level = LogLevel.Warning, Message = "Job {JobId} failed with {Code}: {Text}")]
    public static partial void Failed(ILogger log, string jobId, int code, string text);

    [LoggerMessage(EventId = 3004, Level = LogLevel.Error, Message = "Job {JobId}: attempt {Attempt} broke")]
    public static partial void AttemptBroke(ILogger log, Exception fault, string jobId, long attempt);

    [LoggerMessage(EventId = 3005, Level = LogLevel.Warning, Message = "Job {JobId}: a heartbeat could not be written")]
    public static partial void HeartbeatFailed(ILogger log, Exception fault, string jobId);

    [LoggerMessage(EventId = 3006, Level = LogLevel.Error,
        Message = "A round of the job loop failed; the next one tries again")]
    public static partial void RoundFailed(ILogger log, Exception fault);

    [LoggerMessage(EventId = 3007, Level = LogLevel.Warning,
        Message = "Leftovers of job {JobId} could not be removed yet")]
    public static partial void CleaningFailed(ILogger log, Exception fault, string jobId);

    [LoggerMessage(EventId = 3008, Level = LogLevel.Information,
        Message = "Queue: {Accepted} jobs accepted, {Freed} leases lapsed")]
    public static partial void Queued(ILogger log, int accepted, int freed);
}
