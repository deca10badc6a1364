using System.Text.Json.Serialization;

namespace Cremona.Protocol.Chat;

/// <summary>Answer of <c>/v1/text/chatcompletion_pro</c>; also each event of its stream.</summary>
public sealed record CcpResponse : PersonaResponse<CcpChoice>
{
    /// <summary>What stands in the named blanks of a raw glyph; absent otherwise.</summary>
    [JsonPropertyName("glyph_result"), JsonPropertyOrder(1)]
    public IReadOnlyDictionary<string, string>? GlyphResult { get; init; }

    /// <summary>The call that the answer makes, also in its message; absent otherwise.</summary>
    [JsonPropertyName("function_call"), JsonPropertyOrder(1)]
    public CcpFunctionCall? FunctionCall { get; init; }
}

/// <param name="FinishReason"><c>stop</c>, <c>length</c> or <c>max_output</c>; absent in increments.</param>
/// <param name="Messages">The last element is the answer, or its increment.</param>
public sealed record CcpChoice(
    [property: JsonPropertyName("finish_reason")] string? FinishReason,
    [property: JsonPropertyName("messages")] IReadOnlyList<CcpMessage> Messages);

/// <param name="SenderType"><c>BOT</c> in answers.</param>
/// <param name="SenderName">The bot that was asked to answer.</param>
/// <param name="Text">The answer or its increment; empty with a call.</param>
/// <param name="FunctionCall">The call that the answer makes; absent otherwise.</param>
public sealed record CcpMessage(
    [property: JsonPropertyName("sender_type")] string SenderType,
    [property: JsonPropertyName("sender_name")] string SenderName,
    [property: JsonPropertyName("text")] string Text,
    [property: JsonPropertyName("function_call")] CcpFunctionCall? FunctionCall = null);

/// <param name="Name">Of the function.</param>
/// <param name="Arguments">The text of a JSON object.</param>
public sealed record CcpFunctionCall(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("arguments")] string Arguments);
