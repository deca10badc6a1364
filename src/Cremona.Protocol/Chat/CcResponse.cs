using System.Text.Json.Serialization;

namespace Cremona.Protocol.Chat;

/// <summary>Answer of <c>/v1/text/chatcompletion</c>; also each event of its stream.</summary>
public sealed record CcResponse : PersonaResponse<CcChoice>;

/// <summary>One answer, best first, or one increment of it.</summary>
/// <param name="Text">The whole answer; absent in streams.</param>
/// <param name="Index">The rank; absent in increments.</param>
/// <param name="LogProbes">The platform's spelling: the mean log-probability, only with <c>beam_width</c> above
/// 1.</param>
/// <param name="FinishReason"><c>stop</c>, <c>length</c> or <c>max_output</c>; absent in increments.</param>
/// <param name="Delta">The increment; empty in the last event, absent outside streams.</param>
public sealed record CcChoice(
    [property: JsonPropertyName("text")] string? Text = null,
    [property: JsonPropertyName("index")] int? Index = null,
    [property: JsonPropertyName("logprobes")] double? LogProbes = null,
    [property: JsonPropertyName("finish_reason")] string? FinishReason = null,
    [property: JsonPropertyName("delta")] string? Delta = null);

/// <param name="TotalTokens">Of the input and the output together.</param>
/// <param name="TokensWithAddedPlugin">The same with what a plugin put into the input; 0 with a call of a function,
/// absent otherwise.</param>
public sealed record ChatUsage(
    [property: JsonPropertyName("total_tokens")] long TotalTokens,
    [property: JsonPropertyName("tokens_with_added_plugin")] long? TokensWithAddedPlugin = null);
