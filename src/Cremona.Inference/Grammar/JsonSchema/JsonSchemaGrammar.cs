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
    /// <exception cref="GrammarException">The schema is malformed, asks for what is not supported, exceeds a limit, or
    /// no value meets it.</exception>
    public static ByteGrammar Compile(JsonElement schema, MemberOrder order = MemberOrder.Listed)
    {
        var terms = new TermFactory();
        return new ByteGrammar(terms, Write(schema, terms, static (writer, set) => writer.Value(set), order));
    }

    /// <summary>A schema as a part of a larger grammar.</summary>
    /// <param name="terms">Of that grammar.</param>
    internal static Term Write(JsonElement schema, TermFactory terms) =>
        Write(schema, terms, static (writer, set) => writer.Value(set), MemberOrder.Listed);

    /// <summary>The objects among the values of a schema, spaced as chat templates write them.</summary>
    internal static Term WriteObject(JsonElement schema, TermFactory terms) => Write(
        schema, terms, static (writer, set) => writer.ObjectValue(set), MemberOrder.Listed, JsonSpacing.Single);

    private static Term Write(
        JsonElement schema, TermFactory terms, Func<SchemaTerms, SchemaSet, Term> write, MemberOrder order,
        JsonSpacing spacing = JsonSpacing.Free)
    {
        try
        {
            var document = new SchemaDocument(schema);
            var shapes = new SchemaShapes(document, terms.Patterns);
            return write(new SchemaTerms(terms, shapes, order, spacing), SchemaSet.Of(document.Root.Id));
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
