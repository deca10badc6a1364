using System.Text.Json;
using Cremona.Inference.Grammar.JsonSchema;
using Cremona.Inference.Grammar.Lexemes;
using Cremona.Inference.Grammar.Terms;

namespace Cremona.Inference.Grammar.Glyph;

/// <summary>Reads the <c>json_properties</c> of a glyph. Every property is written; objects over several lines with an
/// indentation of two, no space after colons, arrays on one line. The order is free but for a
/// <c>property_list</c>.</summary>
public sealed class GlyphValues
{
    private readonly TermFactory _terms = new();

    private GlyphValues()
    {
    }

    /// <exception cref="GrammarException">A property is malformed; its path is named.</exception>
    public static ByteGrammar Compile(JsonElement properties)
    {
        var reader = new GlyphValues();
        try
        {
            List<(string Name, Term Value)> members = reader.ReadProperties(properties, "json_properties", 1);
            return new ByteGrammar(reader._terms, reader.WriteObject(members, MemberOrder.Free, 0));
        }
        catch (InvalidOperationException e)
        {
            throw new GrammarException("json_properties", $"holds text that is no Unicode: {e.Message}");
        }
    }

    private List<(string Name, Term Value)> ReadProperties(JsonElement properties, string path, int depth)
    {
        if (properties.ValueKind != JsonValueKind.Object) throw new GrammarException(path, "must be an object");
        return [.. properties.EnumerateObject().DistinctBy(property => property.Name)
            .Select(property => (property.Name, Read(property.Value, $"{path}.{property.Name}", depth)))];
    }

    private Term Read(JsonElement property, string path, int depth)
    {
        if (depth > GrammarLimits.Depth) throw new GrammarException(path, $"is nested more than {GrammarLimits.Depth} deep");
        string? type = property.ValueKind == JsonValueKind.Object && property.TryGetProperty("type", out JsonElement value)
            && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        switch (type)
        {
            case "string":
                return _terms.Concat(_terms.Text("\""), _terms.Lexeme(StandardLexemes.AnyString), _terms.Text("\""));
            case "number":
                return _terms.Lexeme(StandardLexemes.Number);
            case "boolean":
                return _terms.Or(_terms.Text("true"), _terms.Text("false"));
            case "array":
                return ReadArray(property, path, depth);
            case "object":
                return ReadObject(property, path, depth);
            default:
                throw new GrammarException(path, "type must be string, number, boolean, object or array");
        }
    }

    private Term ReadArray(JsonElement property, string path, int depth)
    {
        // The documentation's table writes Items, its samples items.
        if (!property.TryGetProperty("items", out JsonElement items) && !property.TryGetProperty("Items", out items))
            throw new GrammarException(path, "an array needs items");
        Term item = Read(items, path + ".items", depth + 1);
        Term list = _terms.Concat(item, _terms.Repeat(_terms.Concat(_terms.Text(","), item), 0, Term.Unbounded));
        return _terms.Concat(_terms.Text("["), _terms.Optional(list), _terms.Text("]"));
    }

    private Term ReadObject(JsonElement property, string path, int depth)
    {
        if (property.TryGetProperty("properties", out JsonElement properties))
            return WriteObject(ReadProperties(properties, path + ".properties", depth + 1), MemberOrder.Free, depth);
        if (!property.TryGetProperty("property_list", out JsonElement list) || list.ValueKind != JsonValueKind.Array)
            throw new GrammarException(path, "an object needs properties or a property_list");
        var members = new List<(string Name, Term Value)>();
        foreach (JsonElement entry in list.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty("properties", out properties))
                throw new GrammarException(path + ".property_list", "each entry needs properties");
            members.AddRange(ReadProperties(properties, path + ".property_list", depth + 1));
        }

        return WriteObject([.. members.DistinctBy(member => member.Name)], MemberOrder.Listed, depth);
    }

    private Term WriteObject(List<(string Name, Term Value)> members, MemberOrder order, int depth)
    {
        if (members.Count == 0) return _terms.Text("{}");
        string indentation = "\n" + new string(' ', 2 * (depth + 1));
        var list = new MemberList(
            _terms, [.. members.Select(member => JsonText.Quote(member.Name))], [.. members.Select(_ => true)])
        {
            Values = [.. members.Select(member => _terms.Concat(_terms.Text(":"), member.Value))],
            Other = _terms.Empty,
            Comma = _terms.Text("," + indentation),
            Order = order,
            Min = 0,
            Max = Term.Unbounded,
        };
        return _terms.Concat(
            _terms.Text("{" + indentation), list.Start, _terms.Text("\n" + new string(' ', 2 * depth) + "}"));
    }
}
