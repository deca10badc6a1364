using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using Cremona.Inference.Grammar;

namespace Cremona.Server.Models.Upstream;

/// <summary>Takes the keywords that a request does not want to be held to out of the schemas that another server gets,
/// and remembers where they stood. For one request.</summary>
/// <param name="relaxed">The keywords.</param>
internal sealed class RelaxedSchema(IReadOnlySet<string> relaxed)
{
    private const int DepthMax = 1000;

    // The header that tells them holds less.
    private const int IgnoredCharactersMax = 16_000;

    /// <summary>What they hold are schemas by names of the client's own.</summary>
    private static readonly FrozenSet<string> Maps =
        ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"];

    /// <summary>What they hold are values.</summary>
    private static readonly FrozenSet<string> Values = ["enum", "const", "default", "examples"];

    private readonly List<string> _ignored = [];
    private readonly List<string> _path = []; // from the document's root to where the writing is
    private int _ignoredCharacters;

    /// <summary>As <see cref="ByteGrammar.IgnoredKeywords"/> tells them.</summary>
    public IReadOnlyList<string> Ignored => _ignored;

    /// <summary>The schema without them; itself where there are none.</summary>
    /// <param name="schema">A JSON schema.</param>
    /// <param name="place">Stands before the pointers; the name of a function, or empty.</param>
    /// <exception cref="GrammarException">A name in it is no Unicode.</exception>
    public JsonElement Strip(JsonElement schema, string place = "")
    {
        if (relaxed.Count == 0)
        {
            return schema;
        }

        var stripped = new ArrayBufferWriter<byte>();
        try
        {
            using var json = new Utf8JsonWriter(stripped, new JsonWriterOptions { MaxDepth = DepthMax });
            _path.Clear();
            _path.Add(place + "#");
            Write(json, schema);
        }
        catch (InvalidOperationException e)
        {
            throw new GrammarException("#", $"holds text that is no Unicode: {e.Message}");
        }

        return JsonElement.Parse(stripped.WrittenSpan, new JsonDocumentOptions { MaxDepth = DepthMax });
    }

    /// <summary>A schema, or a list of them.</summary>
    private void Write(Utf8JsonWriter json, JsonElement schema)
    {
        switch (schema.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (JsonProperty member in schema.EnumerateObject())
                {
                    _path.Add(member.Name);
                    WriteKeyword(json, member);
                    _path.RemoveAt(_path.Count - 1);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach ((int index, JsonElement item) in schema.EnumerateArray().Index())
                {
                    _path.Add(index.ToString(CultureInfo.InvariantCulture));
                    Write(json, item);
                    _path.RemoveAt(_path.Count - 1);
                }

                json.WriteEndArray();
                break;
            default:
                schema.WriteTo(json);
                break;
        }
    }

    private void WriteKeyword(Utf8JsonWriter json, JsonProperty keyword)
    {
        if (relaxed.Contains(keyword.Name))
        {
            Ignore();
        }
        else if (Values.Contains(keyword.Name))
        {
            keyword.WriteTo(json);
        }
        else if (Maps.Contains(keyword.Name) && keyword.Value.ValueKind == JsonValueKind.Object)
        {
            json.WriteStartObject(keyword.Name);
            foreach (JsonProperty member in keyword.Value.EnumerateObject())
            {
                json.WritePropertyName(member.Name);
                _path.Add(member.Name);
                Write(json, member.Value);
                _path.RemoveAt(_path.Count - 1);
            }

            json.WriteEndObject();
        }
        else
        {
            json.WritePropertyName(keyword.Name);
            Write(json, keyword.Value);
        }
    }

    // A pointer is made only of what is told: names may be long, and members many.
    private void Ignore()
    {
        if (_ignoredCharacters > IgnoredCharactersMax) return;
        string pointer = string.Join('/', _path.Select((name, i) => i == 0 ? name : Escape(name)));
        _ignored.Add(pointer);
        _ignoredCharacters += pointer.Length;
    }

    private static string Escape(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
