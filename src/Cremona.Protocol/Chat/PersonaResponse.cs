using System.Text.Json.Serialization;
using Cremona.Protocol.Envelope;

namespace Cremona.Protocol.Chat;

/// <summary>What the answers of <c>/v1/text/chatcompletion</c> and <c>/v1/text/chatcompletion_pro</c> have in common,
/// and each event of their streams. Absent keys are not written.</summary>
public abstract record PersonaResponse<TChoice>
{
    /// <summary>Unix time in seconds, although the platform's table says nanoseconds for Pro.</summary>
    [JsonPropertyName("created")]
    public required long Created { get; init; }

    /// <summary>The name that was asked for.</summary>
    [JsonPropertyName("model")]
    public required string Model { get; init; }

    /// <summary>The best answer; empty in the increments of a stream.</summary>
    [JsonPropertyName("reply")]
    public required string Reply { get; init; }

    [JsonPropertyName("choices")]
    public required IReadOnlyList<TChoice> Choices { get; init; }

    [JsonPropertyName("usage")]
    public ChatUsage? Usage { get; init; }

    [JsonPropertyName("input_sensitive")]
    public bool? InputSensitive { get; init; }

    [JsonPropertyName("output_sensitive")]
    public bool? OutputSensitive { get; init; }

    /// <summary>2 to 7; only where <see cref="InputSensitive"/> is true.</summary>
    [JsonPropertyName("input_sensitive_type")]
    public int? InputSensitiveType { get; init; }

    /// <summary>2 to 7; only where <see cref="OutputSensitive"/> is true.</summary>
    [JsonPropertyName("output_sensitive_type")]
    public int? OutputSensitiveType { get; init; }

    /// <summary>32 hex digits, equal to the <c>Trace-Id</c> header.</summary>
    [JsonPropertyName("id")]
    public string? Id { get; init; }

    [JsonPropertyName("base_resp"), JsonPropertyOrder(2)]
    public BaseResponse? BaseResponse { get; init; }
}
