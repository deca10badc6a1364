using Cremona.Server.Storage;

namespace Cremona.Server.Edge.Pipeline;

/// <summary>Log lines of the door. Keys and bodies are never logged.</summary>
internal static partial class EdgeLog
{
    /// <summary>Of a reason, which may say back what was asked.</summary>
    private const int ReasonLengthMax = 300;

    [LoggerMessage(
        1, LogLevel.Information, "{Method} {Path} {Status} in {Milliseconds} ms, group {Group}, trace {TraceId}")]
    public static partial void Answered(
        this ILogger log, string method, string path, int status, long milliseconds, string? group, string traceId);

    public static void Refused(this ILogger log, string method, string path, Fault fault, string traceId) =>
        Refused(log, method, path, (int)fault.Error, Shorten(fault.Text), traceId);

    [LoggerMessage(2, LogLevel.Information, "{Method} {Path} refused with {Code}: {Text}, trace {TraceId}")]
    private static partial void Refused(
        ILogger log, string method, string path, int code, string text, string traceId);

    [LoggerMessage(3, LogLevel.Error, "{Method} {Path} failed, trace {TraceId}")]
    public static partial void Failed(this ILogger log, Exception fault, string method, string path, string traceId);

    [LoggerMessage(4, LogLevel.Debug, "{Method} {Path}: the client is gone, trace {TraceId}")]
    public static partial void ClientGone(this ILogger log, string method, string path, string traceId);

    [LoggerMessage(5, LogLevel.Warning,
        "No key exists and the listener is not loopback, so every request is refused. Make a key: "
        + "cremona keys create --group 1000000000 --name first --data {DataFolder}")]
    public static partial void NobodyCanEnter(this ILogger log, string dataFolder);

    [LoggerMessage(7, LogLevel.Warning, "{Count} rows of the ledger wait: the store cannot be written")]
    public static partial void LedgerDelayed(this ILogger log, Exception fault, int count);

    [LoggerMessage(8, LogLevel.Error, "{Count} rows of the ledger are lost: the store cannot be written")]
    public static partial void LedgerLost(this ILogger log, Exception fault, int count);

    [LoggerMessage(9, LogLevel.Information, "{Count} rows of the ledger from before {Before} are gone")]
    public static partial void LedgerSwept(this ILogger log, long count, DateTimeOffset before);

    [LoggerMessage(11, LogLevel.Information,
        "{Others} other processes answer calls on this store: limits hold for all of them together")]
    public static partial void LimitsShared(this ILogger log, int others);

    [LoggerMessage(12, LogLevel.Information, "No other process answers calls on this store any more")]
    public static partial void LimitsAlone(this ILogger log);

    [LoggerMessage(13, LogLevel.Warning,
        "The store does not answer: until it does, this process counts calls and tokens per minute for itself")]
    public static partial void LimitsCutOff(this ILogger log, Exception fault);

    /// <summary>The one line of a call of a model, with the reason where it was refused.</summary>
    public static void CallEnded(this ILogger log, UsageRow row, Fault? fault) => CallEnded(
        log, row.Operation, row.Model, row.Status, fault is null ? "" : $" ({Shorten(fault.Text)})",
        row.InputTokens, row.CachedTokens, row.OutputTokens,
        row.FirstTokenMs, row.DurationMs, row.GroupId, row.KeyName, row.Id);

    [LoggerMessage(
        10, LogLevel.Information,
        "{Operation} {Model} ended with {Status}{Reason}: {InputTokens} tokens in, {CachedTokens} of them cached, "
        + "{OutputTokens} out, the first after {FirstTokenMs} ms, all in {DurationMs} ms; "
        + "group {Group}, key {Key}, trace {TraceId}")]
    private static partial void CallEnded(
        ILogger log, string operation, string model, long status, string reason, long inputTokens, long cachedTokens,
        long outputTokens, long? firstTokenMs, long durationMs, string group, string key, string traceId);

    private static string Shorten(string reason) => reason.Length <= ReasonLengthMax
        ? reason
        : $"{reason[..ReasonLengthMax]}... ({reason.Length} characters)";

    [LoggerMessage(6, LogLevel.Information,
        "Open mode: no key exists and only this machine can reach the listener, so any key is accepted")]
    public static partial void OpenMode(this ILogger log);
}
