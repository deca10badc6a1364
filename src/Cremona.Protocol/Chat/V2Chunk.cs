using System.Text.Json.Serialization;
using Cremona.Protocol.Envelope;

namespace Cremona.Protocol.Chat;

/// <summary>An event of a stream of <c>/v1/text/chatcompletion_v2</c> or <c>/v1/chat/completions</c>.</summary>
public record V2Chunk
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("choices")]
    public required IReadOnlyList<V2Choice> Choices { get; init; }

    /// <summary>Unix time in seconds.</summary>
    [JsonPropertyName("created")]
    public required long Created { get; init; }

    [JsonPropertyName("model")]
    public required string Model { get; init; }

    [JsonPropertyName("object")]
    public string Kind { get; init; } = "chat.completion.chunk";

    [JsonPropertyName("output_sensitive")]
    public bool OutputSensitive { get; init; }

    [JsonPropertyName("input_sensitive_type")]
    public int InputSensitiveType { get; init; }

    [JsonPropertyName("output_sensitive_type")]
    public int OutputSensitiveType { get; init; }

    /// <summary>In every chunk: a strict typed client demands it.</summary>
    [JsonPropertyName("base_resp")]
    public required BaseResponse BaseResponse { get; init; }
}

/// <summary>A chunk of a stream that was asked to tell its usage (<c>stream_options.include_usage</c>).</summary>
public sealed record V2UsageChunk : V2Chunk
{
    /// <summary>Null, and written, in all but the last chunk.</summary>
    [JsonPropertyName("usage"), JsonPropertyOrder(1), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public V2Usage? Usage { get; init; }
}

/// <summary>The event that ends a stream of <c>/v1/chat/completions</c> in an error: OpenAI's error object and the
/// platform's.</summary>
public sealed record V2ErrorChunk(
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("error")] OpenAIError Error,
    [property: JsonPropertyName("request_id")] string RequestId,
    [property: JsonPropertyName("base_resp")] BaseResponse BaseResponse);
