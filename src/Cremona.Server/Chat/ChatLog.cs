namespace Cremona.Server.Chat;

/// <summary>Log lines of the chat interfaces. What was said is never logged.</summary>
internal static partial class ChatLog
{
    [LoggerMessage(1, LogLevel.Information, "{Model} answered: {PromptTokens} + {OutputTokens} tokens, {FinishReason}")]
    public static partial void Answered(
        this ILogger log, string model, long promptTokens, long outputTokens, string finishReason);

    [LoggerMessage(2, LogLevel.Information, "{Model} refused with {Code}: {Text}, trace {TraceId}")]
    public static partial void Refused(this ILogger log, string model, int code, string text, string traceId);

    [LoggerMessage(4, LogLevel.Error, "The web search at {Endpoint} failed")]
    public static partial void SearchFailed(this ILogger log, Exception fault, string endpoint);

    [LoggerMessage(3, LogLevel.Error, "{Model} failed, trace {TraceId}")]
    public static partial void Failed(this ILogger log, Exception fault, string model, string traceId);
}
