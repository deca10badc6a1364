using System.Text.Json;
using Cremona.Inference.Grammar;
using Cremona.Inference.Grammar.JsonSchema;

namespace Cremona.Inference.Templates;

/// <summary>Puts the members of objects into the order in which a schema lists them: its own first, then those of what
/// it refers to, of <c>allOf</c>, <c>anyOf</c>, <c>oneOf</c>, <c>then</c> and <c>else</c>. Of alternatives that list
/// the same names in other orders the first counts that the object may be written for. Not thread-safe.</summary>
internal sealed class SchemaOrder(JsonElement schema, IReadOnlySet<string> relaxed)
{
    private static readonly string[] Lists = ["allOf", "anyOf", "oneOf"];
    private static readonly string[] Conditions = ["if", "then", "else"];

    private readonly SchemaDocument _document = new(schema, relaxed);

    /// <summary>Writes a value that may meet the schema or not.</summary>
    /// <exception cref="GrammarException">The schema is faulty, or exceeds a limit.</exception>
    public void Write(Utf8JsonWriter json, JsonElement value) => Write(json, value, Branches([_document.Root]));

    private void Write(Utf8JsonWriter json, JsonElement value, IReadOnlyList<SchemaNode> branches)
    {
        if (value.ValueKind == JsonValueKind.Object) WriteObject(json, value, branches);
        else if (value.ValueKind == JsonValueKind.Array) WriteArray(json, value, branches);
        else value.WriteTo(json);
    }

    private void WriteObject(Utf8JsonWriter json, JsonElement value, IReadOnlyList<SchemaNode> branches)
    {
        SchemaNode[] sorted = [.. branches.OrderByDescending(branch => Fits(branch, value))];
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string name in sorted.SelectMany(NamesOf)) places.TryAdd(name, places.Count);
        json.WriteStartObject();
        foreach (JsonProperty member in value.EnumerateObject()
            .OrderBy(member => places.GetValueOrDefault(member.Name, int.MaxValue))) // those not listed last
        {
            json.WritePropertyName(member.Name);
            Write(json, member.Value, Branches(sorted.SelectMany(branch => Under(branch, member.Name))));
        }

        json.WriteEndObject();
    }

    private void WriteArray(Utf8JsonWriter json, JsonElement value, IReadOnlyList<SchemaNode> branches)
    {
        SchemaNode[][] listed = [.. branches.Select(ListedItems)];
        SchemaNode[][] others = [.. branches.Select(OtherItems)];
        int longest = listed.Select(items => items.Length).DefaultIfEmpty().Max();
        List<SchemaNode> rest = Branches(others.SelectMany(items => items));
        json.WriteStartArray();
        foreach ((int index, JsonElement item) in value.EnumerateArray().Index())
        {
            Write(json, item, index >= longest ? rest : Branches(listed.Zip(others)
                .SelectMany(items => index < items.First.Length ? [items.First[index]] : items.Second)));
        }

        json.WriteEndArray();
    }

    /// <summary>Schemas with all that they are put together of, each once.</summary>
    private List<SchemaNode> Branches(IEnumerable<SchemaNode> nodes)
    {
        var branches = new List<SchemaNode>();
        var met = new HashSet<int>();
        foreach (SchemaNode node in nodes) Collect(node);
        return branches;

        void Collect(SchemaNode node)
        {
            GrammarLimits.RefuseDeepNesting();
            if (node.Element.ValueKind != JsonValueKind.Object || !met.Add(node.Id)) return;
            bool refers = node.Find("$ref") is not null;
            bool standsAlone = refers && _document.ReferencesStandAlone;
            if (!standsAlone) branches.Add(node);
            if (refers) Collect(_document.Resolve(node));
            if (standsAlone) return;
            foreach (string keyword in Lists.Where(keyword => node.Find(keyword) is not null))
                foreach (SchemaNode child in _document.Children(node, keyword)) Collect(child);
            if (node.Find("if") is null) return;
            foreach (string keyword in Conditions.Where(keyword => node.Find(keyword) is not null))
                Collect(_document.Child(node, keyword));
        }
    }

    /// <summary>Whether an object may be written for a schema, as far as the schema's own keywords tell.</summary>
    private static bool Fits(SchemaNode node, JsonElement value)
    {
        bool isClosed = node.Find("additionalProperties") is { ValueKind: JsonValueKind.False }
            && node.Find("patternProperties") is null;
        return Required(node).All(name => value.TryGetProperty(name, out _))
            && value.EnumerateObject().All(member => Property(node, member.Name) is { } property
                ? Allows(property, member.Value)
                : !isClosed);
    }

    private static bool Allows(JsonElement property, JsonElement value) =>
        property.ValueKind != JsonValueKind.Object || !property.TryGetProperty("const", out JsonElement constant)
        || JsonElement.DeepEquals(constant, value);

    private static IEnumerable<string> NamesOf(SchemaNode node) =>
        node.Find("properties") is { ValueKind: JsonValueKind.Object } members
            ? members.EnumerateObject().Select(member => member.Name).Concat(Required(node))
            : Required(node);

    private static IEnumerable<string> Required(SchemaNode node) =>
        node.Find("required") is { ValueKind: JsonValueKind.Array } names
            ? names.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String)
                .Select(name => name.GetString()!)
            : [];

    private static JsonElement? Property(SchemaNode node, string name) =>
        node.Find("properties") is { ValueKind: JsonValueKind.Object } members
        && members.TryGetProperty(name, out JsonElement property)
            ? property
            : null;

    /// <summary>What a schema says of a member: by its name, or of all others.</summary>
    private IEnumerable<SchemaNode> Under(SchemaNode node, string name)
    {
        const string others = "additionalProperties";
        if (Property(node, name) is { } property) yield return _document.Child(node, "properties", name, property);
        else if (node.Find(others) is not null) yield return _document.Child(node, others);
        if (node.Find("patternProperties") is not { ValueKind: JsonValueKind.Object } patterns) yield break;
        foreach (JsonProperty pattern in patterns.EnumerateObject())
            yield return _document.Child(node, "patternProperties", pattern.Name, pattern.Value);
    }

    private SchemaNode[] ListedItems(SchemaNode node)
    {
        string keyword = ListKeyword(node);
        return node.Find(keyword) is null ? [] : _document.Children(node, keyword);
    }

    private SchemaNode[] OtherItems(SchemaNode node)
    {
        string keyword = ListKeyword(node) == "items" ? "additionalItems" : "items";
        return node.Find(keyword) is null ? [] : [_document.Child(node, keyword)];
    }

    /// <summary>Before 2020-12 <c>items</c> was a list too.</summary>
    private static string ListKeyword(SchemaNode node) =>
        node.Find("items") is { ValueKind: JsonValueKind.Array } ? "items" : "prefixItems";
}
