using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cremona.Protocol.Envelope;

/// <summary>How every answer is written: raw text, absent keys instead of null.</summary>
public static class WireJson
{
    /// <summary>Fresh options for a source-generated context: <c>new ChatJson(WireJson.CreateOptions())</c>.</summary>
    public static JsonSerializerOptions CreateOptions()
    {
        var options = new JsonSerializerOptions();
        Apply(options);
        return options;
    }

    /// <summary>Applies the same to options that someone else made.</summary>
    public static void Apply(JsonSerializerOptions options)
    {
        options.Encoder = WireTextEncoder.Instance;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.PropertyNamingPolicy = null;
    }
}
