using System.Text.Json.Serialization;
using Cremona.Protocol.Envelope;

namespace Cremona.Protocol.Models;

/// <summary>A model in OpenAI's shape.</summary>
/// <param name="Id">The name to ask for.</param>
/// <param name="Kind"><c>model</c>.</param>
/// <param name="Created">Unix time in seconds.</param>
/// <param name="OwnedBy"><c>cremona</c>, or the group of a tuned model.</param>
public sealed record ModelObject(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("object")] string Kind,
    [property: JsonPropertyName("created")] long Created,
    [property: JsonPropertyName("owned_by")] string OwnedBy);

/// <summary>Answer of <c>GET /v1/models</c>.</summary>
public sealed record ModelListResponse(
    [property: JsonPropertyName("object")] string Kind,
    [property: JsonPropertyName("data")] IReadOnlyList<ModelObject> Models,
    [property: JsonPropertyName("base_resp")] BaseResponse BaseResponse);

[JsonSerializable(typeof(ModelListResponse))]
public sealed partial class ModelsJson : JsonSerializerContext;
