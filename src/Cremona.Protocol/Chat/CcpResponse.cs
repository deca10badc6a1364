using System.Text.Json.Serialization;
using Cremona.Protocol.Envelope;

namespace Cremona.Protocol.Chat;

/// <summary>Answer of <c>/v1/text/chatcompletion_pro</c>; also each event of its stream. Absent keys are not
/// written.</summary>
public sealed record CcpResponse
{
    /// <summary>Unix time in seconds, although the platform's table says nanoseconds.</summary>
    [JsonPropertyName("created")]
    public required long Created { get; init; }

    /// <summary>The name that was asked for.</summary>
    [JsonPropertyName("model")]
    public required string Model { get; init; }

    /// <summary>The best answer; empty in the increments of a stream.</summary>
    [JsonPropertyName("reply")]
    public required string Reply { get; init; }

    [JsonPropertyName("choices")]
    public required IReadOnlyList<CcpChoice> Choices { get; init; }

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

/// <param name="FinishReason"><c>stop</c>, <c>length</c> or <c>max_output</c>; absent in increments.</param>
/// <param name="Messages">The last element is the answer, or its increment.</param>
public sealed record CcpChoice(
    [property: JsonPropertyName("finish_reason")] string? FinishReason,
    [property: JsonPropertyName("messages")] IReadOnlyList<CcpMessage> Messages);

/// <param name="SenderType"><c>BOT</c> in answers.</param>
/// <param name="SenderName">The bot that was asked to answer.</param>
/// <param name="Text">The answer or its increment.</param>
public sealed record CcpMessage(
    [property: JsonPropertyName("sender_type")] string SenderType,
    [property: JsonPropertyName("sender_name")] string SenderName,
    [property: JsonPropertyName("text")] string Text);
