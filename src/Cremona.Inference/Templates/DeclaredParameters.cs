using System.Buffers;
using System.Text.Json;

namespace Cremona.Inference.Templates;

/// <summary>A function's parameters as calls are held to them: where a schema lists properties and says nothing of
/// others, there are no others. Such a schema would allow members of any name, which no function expects and a model
/// must not invent; what it lists is still held to as it stands.</summary>
internal static class DeclaredParameters
{
    private const string AdditionalProperties = "additionalProperties";

    // With one of these, which members are declared is not told by "properties" alone.
    private static readonly string[] Others =
    [
        AdditionalProperties, "unevaluatedProperties", "patternProperties", "propertyNames", "minProperties", "allOf",
        "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "$ref", "$dynamicRef",
    ];

    /// <summary>The schema, closed where it lists its members.</summary>
    public static JsonElement Close(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("properties", out JsonElement properties)
            || properties.ValueKind != JsonValueKind.Object || Others.Any(name => schema.TryGetProperty(name, out _))
            || RequiresOthers(schema, properties))
        {
            return schema;
        }

        var written = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(written))
        {
            json.WriteStartObject();
            foreach (JsonProperty member in schema.EnumerateObject()) member.WriteTo(json);
            json.WriteBoolean(AdditionalProperties, false);
            json.WriteEndObject();
        }

        return JsonElement.Parse(written.WrittenSpan);
    }

    // Closed, such a schema could not be met at all.
    private static bool RequiresOthers(JsonElement schema, JsonElement properties) =>
        schema.TryGetProperty("required", out JsonElement required) && required.ValueKind == JsonValueKind.Array
        && required.EnumerateArray().Any(name =>
            name.ValueKind == JsonValueKind.String && !properties.TryGetProperty(name.GetString()!, out _));
}
