namespace Cremona.Server.Models.Upstream;

/// <summary>Log lines about other servers. What was asked or answered is never logged.</summary>
internal static partial class UpstreamLog
{
    [LoggerMessage(1, LogLevel.Warning, "Model {Id}: {Address} failed before the first token, attempt {Attempt}: {Reason}")]
    public static partial void AttemptFailed(
        this ILogger log, Exception fault, string id, Uri address, int attempt, string reason);

    [LoggerMessage(2, LogLevel.Warning, "Model {Id}: {Address} failed within an answer: {Reason}")]
    public static partial void AnswerFailed(
        this ILogger log, Exception fault, string id, Uri address, string reason);
}
