using System.Collections.Frozen;
using System.Text.Json;
using Cremona.Inference.Grammar;
using Cremona.Inference.Grammar.Glyph;
using Cremona.Inference.Grammar.JsonSchema;
using Cremona.Server.Edge;
using Cremona.Server.Models;
using Microsoft.Extensions.AI;

namespace Cremona.Server.Chat;

/// <summary>The form that an answer is held to, token by token.</summary>
/// <param name="Field">The request's field that asks for it, for errors.</param>
/// <param name="Content">A schema, a template or properties, as given.</param>
internal sealed record OutputFormat(OutputFormatKind Kind, string Field, string Content)
{
    /// <summary>What can be done about a schema that cannot be held to.</summary>
    public const string SchemaRemedy = "; change the schema, or name keywords to ignore in relaxed_keywords";

    private const int SchemaDepthMax = 512;

    /// <summary>For whoever holds an answer to it.</summary>
    public GrammarSource Source => new($"{Kind}:{string.Join(' ', Relaxed.Order())}\n{Content}", Compile, Kind switch
    {
        OutputFormatKind.JsonObject => ChatResponseFormat.Json,
        OutputFormatKind.JsonSchema => ChatResponseFormat.ForJsonSchema(Parse()),
        _ => null,
    })
    {
        Relaxed = Relaxed,
    };

    /// <summary>Keywords of a schema that are not held to.</summary>
    public IReadOnlySet<string> Relaxed { get; init; } = FrozenSet<string>.Empty;

    /// <summary>The schema that a JSON answer meets; null for other forms.</summary>
    public JsonElement? Schema => Kind switch
    {
        OutputFormatKind.JsonObject => JsonElement.Parse("""{"type":"object"}"""),
        OutputFormatKind.JsonSchema => Parse(),
        _ => null,
    };

    /// <summary>Reads <c>response_format</c>.</summary>
    /// <exception cref="ApiException">2013: it is malformed.</exception>
    public static OutputFormat? FindResponseFormat(RequestParameters parameters)
    {
        if (parameters.FindElement("response_format") is null)
        {
            return null;
        }

        RequestParameters format = parameters.GetObject("response_format");
        switch (format.FindString("type"))
        {
            case null or "text":
                return null;
            case "json_object":
                return new OutputFormat(OutputFormatKind.JsonObject, "response_format", "");
            case "json_schema":
                JsonElement? schema = format.GetObject("json_schema").FindElement("schema");
                return schema is { ValueKind: JsonValueKind.Object }
                    ? new OutputFormat(OutputFormatKind.JsonSchema, "response_format.json_schema.schema", schema.Value.GetRawText())
                    {
                        Relaxed = ChatFields.FindRelaxedKeywords(parameters),
                    }
                    : throw ApiException.Missing("response_format.json_schema.schema");
            default:
                throw ApiException.InvalidParameters("response_format.type must be text, json_object or json_schema");
        }
    }

    /// <summary>Reads <c>reply_constraints.glyph</c>.</summary>
    /// <exception cref="ApiException">2013: it is malformed.</exception>
    public static OutputFormat? FindGlyph(RequestParameters constraints)
    {
        RequestParameters glyph = constraints.GetObject("glyph");
        if (!glyph.Body.EnumerateObject().Any())
        {
            return null;
        }

        switch (glyph.FindString("type"))
        {
            case "raw":
                // The misspelt name stood in the documentation, and clients send it.
                string? template = glyph.FindString("raw_glyph") ?? glyph.FindString("raw_glpyh");
                return new OutputFormat(
                    OutputFormatKind.RawGlyph, "glyph", template ?? throw Malformed("raw_glyph is missing"));
            case "json_value":
                JsonElement properties = glyph.FindElement("json_properties") ?? throw Malformed("json_properties is missing");
                return new OutputFormat(OutputFormatKind.JsonValueGlyph, "glyph", properties.GetRawText());
            default:
                throw Malformed("type must be raw or json_value");
        }
    }

    /// <summary>What to tell the caller about a format that cannot be held to.</summary>
    public ApiException Explain(GrammarException fault) =>
        Kind is OutputFormatKind.RawGlyph or OutputFormatKind.JsonValueGlyph
            ? Malformed(fault.Message)
            : ApiException.InvalidParameters($"{Field}: {fault.Message}{SchemaRemedy}");

    private static ApiException Malformed(string detail) =>
        ApiException.InvalidParameters($"glyph definition format error: {detail}");

    private ByteGrammar Compile()
    {
        if (Kind == OutputFormatKind.JsonObject)
        {
            return JsonSchemaGrammar.CompileAnyObject();
        }

        if (Kind == OutputFormatKind.RawGlyph)
        {
            return GlyphTemplate.Compile(Content);
        }

        return Kind == OutputFormatKind.JsonSchema
            ? JsonSchemaGrammar.Compile(Parse(), relaxed: Relaxed)
            : GlyphValues.Compile(Parse());
    }

    private JsonElement Parse() =>
        JsonElement.Parse(Content, new JsonDocumentOptions { MaxDepth = SchemaDepthMax });
}
