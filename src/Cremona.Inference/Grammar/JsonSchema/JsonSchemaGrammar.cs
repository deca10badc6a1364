using System.Collections.Frozen;
using System.Text.Json;
using Cremona.Inference.Grammar.Terms;

namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>Output that is a JSON text of a given schema.</summary>
/// <remarks>JSON Schema 2020-12 and the spellings of drafts 4 to 7. Every keyword is enforced exactly or the schema is
/// refused with the keyword and its path. A number with bounds is written without exponent; between tokens one space,
/// or a line end with an indentation of up to 40, may stand.</remarks>
public static class JsonSchemaGrammar
{
    private const string AnyObject = """{"type":"object"}""";

    /// <param name="schema">Used during the call only.</param>
    /// <param name="relaxed">Keywords that are not held to; <see cref="ByteGrammar.IgnoredKeywords"/> tells where they
    /// stood.</param>
    /// <exception cref="GrammarException">The schema is malformed, asks for what is not supported, exceeds a limit, or
    /// no value meets it.</exception>
    public static ByteGrammar Compile(
        JsonElement schema, MemberOrder order = MemberOrder.Listed, IReadOnlySet<string>? relaxed = null)
    {
        var terms = new TermFactory();
        (Term root, string[] ignored) = Write(
            schema, terms, relaxed, static (writer, set) => writer.Value(set), order, JsonSpacing.Free);
        return new ByteGrammar(terms, root) { IgnoredKeywords = ignored };
    }

    /// <summary>A schema as a part of a larger grammar, and the keywords of it that are not held to.</summary>
    /// <param name="terms">Of that grammar.</param>
    internal static (Term Value, string[] Ignored) Write(
        JsonElement schema, TermFactory terms, IReadOnlySet<string>? relaxed) => Write(
        schema, terms, relaxed, static (writer, set) => writer.Value(set), MemberOrder.Listed, JsonSpacing.Free);

    /// <summary>The objects among the values of a schema, spaced as chat templates write them, and the keywords of it
    /// that are not held to.</summary>
    internal static (Term Value, string[] Ignored) WriteObject(
        JsonElement schema, TermFactory terms, IReadOnlySet<string>? relaxed) => Write(
        schema, terms, relaxed, static (writer, set) => writer.ObjectValue(set), MemberOrder.Listed,
        JsonSpacing.Single);

    private static (Term Value, string[] Ignored) Write(
        JsonElement schema, TermFactory terms, IReadOnlySet<string>? relaxed,
        Func<SchemaTerms, SchemaSet, Term> write, MemberOrder order, JsonSpacing spacing)
    {
        try
        {
            var document = new SchemaDocument(schema, relaxed ?? FrozenSet<string>.Empty);
            var shapes = new SchemaShapes(document, terms.Patterns);
            Term value = write(new SchemaTerms(terms, shapes, order, spacing), SchemaSet.Of(document.Root.Id));
            return (value, [.. document.Ignored]);
        }
        catch (InvalidOperationException e)
        {
            // System.Text.Json reads half a surrogate pair only when the text is asked for.
            throw new GrammarException("#", $"holds text that is no Unicode: {e.Message}");
        }
    }

    /// <summary>Any JSON object.</summary>
    public static ByteGrammar CompileAnyObject()
    {
        using JsonDocument document = JsonDocument.Parse(AnyObject);
        return Compile(document.RootElement);
    }
}
