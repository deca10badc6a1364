using System.Text.Json.Serialization;
using Cremona.Protocol.Envelope;

namespace Cremona.Protocol.Chat;

/// <summary>Error body of ChatCompletion and ChatCompletion Pro: the answer's keys, emptied.</summary>
/// <param name="Model">The name that was asked for, or empty.</param>
public sealed record ChatErrorResponse(
    [property: JsonPropertyName("model"), JsonPropertyOrder(1)] string Model,
    [property: JsonPropertyName("base_resp"), JsonPropertyOrder(4)] BaseResponse BaseResponse)
{
    [JsonPropertyName("created")]
    public long Created { get; init; }

    [JsonPropertyName("reply"), JsonPropertyOrder(2)]
    public string Reply { get; init; } = "";

    /// <summary>Always null, and written.</summary>
    [JsonPropertyName("choices"), JsonPropertyOrder(3), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<CcChoice>? Choices { get; init; }
}
