using System.Buffers;
using System.Text;
using System.Text.Json;
using Cremona.Inference.Grammar;
using Cremona.Inference.Grammar.JsonSchema;
using Cremona.Inference.Grammar.Terms;
using Cremona.Inference.Templates.Jinja;
using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates;

/// <summary>The arguments that calls of a function may have, as <see cref="ToolCallGrammar"/> lets a model write them;
/// for calls that a model is to learn. Thread-safe.</summary>
public sealed class ToolArguments
{
    private const int ReferencesMax = 16;

    private readonly JsonElement _schema;
    private readonly ByteGrammar _grammar;
    private readonly TermDerivation _derivation;

    /// <param name="parameters">A JSON Schema of the arguments, an object. Its document must stay alive as long as
    /// this.</param>
    /// <param name="relaxed">Keywords that are not held to.</param>
    /// <exception cref="GrammarException">The schema is malformed, asks for what is not supported, exceeds a limit, or no
    /// object meets it.</exception>
    public ToolArguments(JsonElement parameters, IReadOnlySet<string> relaxed)
    {
        _schema = parameters;
        var terms = new TermFactory();
        (Term root, _) = JsonSchemaGrammar.WriteObject(DeclaredParameters.Close(parameters), terms, relaxed);
        _grammar = new ByteGrammar(terms, root);
        _derivation = new TermDerivation(terms);
    }

    /// <summary>The size of the grammar, for whoever keeps many.</summary>
    public int TermCount => _grammar.TermCount;

    /// <summary>The same arguments with the members of objects in the order in which the schema lists them, which is
    /// the one in which a model writes them.</summary>
    public JsonElement Order(JsonElement arguments)
    {
        var written = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(written)) WriteOrdered(json, arguments, _schema);
        return JsonElement.Parse(written.WrittenSpan);
    }

    /// <summary>Null when a model could write the arguments; otherwise their text as far as it could not.</summary>
    /// <param name="arguments">Texts in it are Unicode.</param>
    /// <exception cref="GrammarException">They are nested too deeply.</exception>
    public string? FindFault(JsonElement arguments)
    {
        string text = JinjaJson.Write(
            JinjaJson.Read(arguments, MarkedText.FromOutside), new JinjaBudget(JinjaLimits.Default)).Text;
        Span<byte> bytes = stackalloc byte[4];
        lock (_grammar.Factory)
        {
            Term state = _grammar.Root;
            int at = 0;
            foreach (Rune rune in text.EnumerateRunes())
            {
                at += rune.Utf16SequenceLength;
                _grammar.Factory.Trim();
                foreach (byte value in bytes[..rune.EncodeToUtf8(bytes)]) state = _derivation.Step(state, value);
                if (state == _grammar.Factory.Empty) return text[..at];
            }

            return state.IsNullable ? null : text;
        }
    }

    private void WriteOrdered(Utf8JsonWriter json, JsonElement value, JsonElement schema)
    {
        schema = Resolve(schema);
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                JsonElement properties = Find(schema, "properties");
                string[] names = properties.ValueKind == JsonValueKind.Object
                    ? [.. properties.EnumerateObject().Select(member => member.Name)]
                    : [];
                json.WriteStartObject();
                foreach (JsonProperty member in value.EnumerateObject()
                    .OrderBy(member => (uint)Array.IndexOf(names, member.Name))) // those not listed last
                {
                    json.WritePropertyName(member.Name);
                    WriteOrdered(json, member.Value, Find(properties, member.Name));
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (JsonElement item in value.EnumerateArray()) WriteOrdered(json, item, Find(schema, "items"));
                json.WriteEndArray();
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }

    /// <summary>The schema that one refers to in this document; itself where it does not.</summary>
    private JsonElement Resolve(JsonElement schema)
    {
        for (int i = 0; i < ReferencesMax; i++)
        {
            JsonElement reference = Find(schema, "$ref");
            string uri = reference.ValueKind == JsonValueKind.String ? reference.GetString()! : "";
            if (uri is not ['#', '/', .. string pointer]) return schema;
            schema = pointer.Split('/').Aggregate(_schema, (place, name) => Find(
                place,
                name.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)));
        }

        return schema;
    }

    private static JsonElement Find(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value)
            ? value
            : default;
}
