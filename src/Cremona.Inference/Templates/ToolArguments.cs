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
    private readonly SchemaOrder _order;
    private readonly ByteGrammar _grammar;
    private readonly TermDerivation _derivation;

    /// <param name="parameters">A JSON Schema of the arguments, an object. Its document must stay alive as long as
    /// this.</param>
    /// <param name="relaxed">Keywords that are not held to.</param>
    /// <exception cref="GrammarException">The schema is malformed, asks for what is not supported, exceeds a limit, or no
    /// object meets it.</exception>
    public ToolArguments(JsonElement parameters, IReadOnlySet<string> relaxed)
    {
        var terms = new TermFactory();
        (Term root, _) = JsonSchemaGrammar.WriteObject(DeclaredParameters.Close(parameters), terms, relaxed);
        _grammar = new ByteGrammar(terms, root);
        _derivation = new TermDerivation(terms);
        _order = new SchemaOrder(parameters, relaxed);
    }

    /// <summary>Memory that the grammar takes now, estimated; it grows with the arguments that are looked at.</summary>
    public long BytesKept => _grammar.BytesKept;

    /// <summary>The same arguments with the members of objects in the order in which the schema lists them, which is
    /// the one in which a model writes them.</summary>
    /// <exception cref="GrammarException">Parts of the schema that only these arguments ask for exceed a
    /// limit.</exception>
    public JsonElement Order(JsonElement arguments)
    {
        var written = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(written))
        {
            lock (_order) _order.Write(json, arguments);
        }

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
}
