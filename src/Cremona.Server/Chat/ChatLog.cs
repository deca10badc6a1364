namespace Cremona.Server.Chat;

/// <summary>Log lines of the chat interfaces.</summary>
internal static partial class ChatLog
{
    /// <summary>Only where the operator has switched it on.</summary>
    [LoggerMessage(1, LogLevel.Information, "{Model} was asked\n{Prompt}\nand answered ({FinishReason})\n{Answer}")]
    public static partial void Said(
        this ILogger log, string model, string prompt, string finishReason, string answer);

    [LoggerMessage(4, LogLevel.Error, "The web search at {Endpoint} failed")]
    public static partial void SearchFailed(this ILogger log, Exception fault, string endpoint);

    [LoggerMessage(3, LogLevel.Error, "{Model} failed, trace {TraceId}")]
    public static partial void Failed(this ILogger log, Exception fault, string model, string traceId);
}
