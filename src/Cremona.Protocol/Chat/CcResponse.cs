using System.Text.Json.Serialization;
using Cremona.Protocol.Envelope;

namespace Cremona.Protocol.Chat;

/// <summary>Answer of <c>/v1/text/chatcompletion</c>; also each event of its stream. Absent keys are not
/// written.</summary>
public sealed record CcResponse
{
    /// <summary>Unix time in seconds.</summary>
    [JsonPropertyName("created")]
    public required long Created { get; init; }

    /// <summary>The name that was asked for.</summary>
    [JsonPropertyName("model")]
    public required string Model { get; init; }

    /// <summary>The best answer; empty in the increments of a stream.</summary>
    [JsonPropertyName("reply")]
    public required string Reply { get; init; }

    [JsonPropertyName("choices")]
    public required IReadOnlyList<CcChoice> Choices { get; init; }

    [JsonPropertyName("usage")]
    public ChatUsage? Usage { get; init; }

    [JsonPropertyName("input_sensitive")]
    public bool? InputSensitive { get; init; }

    [JsonPropertyName("output_sensitive")]
    public bool? OutputSensitive { get; init; }

    /// <summary>32 hex digits, equal to the <c>Trace-Id</c> header.</summary>
    [JsonPropertyName("id")]
    public string? Id { get; init; }

    [JsonPropertyName("base_resp")]
    public BaseResponse? BaseResponse { get; init; }
}

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

/// <summary>Tokens of the input and the output together.</summary>
public sealed record ChatUsage([property: JsonPropertyName("total_tokens")] long TotalTokens);
