using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;

namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>The schemas of one document, numbered as they are met, and the references between them.</summary>
internal sealed class SchemaDocument
{
    private readonly List<SchemaNode> _nodes = [];
    private readonly Dictionary<string, SchemaNode> _byPointer = [];
    private readonly Dictionary<string, string> _pointersById = [];
    private readonly IReadOnlySet<string> _relaxed;

    /// <param name="relaxed">Keywords that are as good as not there.</param>
    public SchemaDocument(JsonElement root, IReadOnlySet<string> relaxed)
    {
        _relaxed = relaxed;
        Root = NodeAt("#", root);
        string dialect = Root.Find("$schema") is { ValueKind: JsonValueKind.String } schema ? schema.GetString()! : "";
        ReferencesStandAlone = dialect.Contains("draft-0", StringComparison.Ordinal);
        CollectIds(root, []);
    }

    public SchemaNode Root { get; }

    /// <summary>Keywords beside <c>$ref</c> are not looked at, as the drafts before 2019-09 say.</summary>
    public bool ReferencesStandAlone { get; }

    /// <summary>Where relaxed keywords stand, in the schemas that were looked at.</summary>
    public IEnumerable<string> Ignored => _nodes.SelectMany(node => node.Ignored.Select(node.PointerTo));

    public SchemaNode this[int id] => _nodes[id];

    /// <summary>The schema under a keyword of another.</summary>
    public SchemaNode Child(SchemaNode parent, string keyword) =>
        NodeAt(parent.PointerTo(keyword), parent.Find(keyword)!.Value);

    /// <summary>The schema under a name, or an index, of a keyword.</summary>
    public SchemaNode Child(SchemaNode parent, string keyword, string name, JsonElement element)
    {
        string escaped = name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
        return NodeAt($"{parent.PointerTo(keyword)}/{escaped}", element);
    }

    /// <summary>The schemas of a list.</summary>
    public SchemaNode[] Children(SchemaNode parent, string keyword)
    {
        JsonElement list = parent.Find(keyword)!.Value;
        if (list.ValueKind != JsonValueKind.Array) throw parent.Fault(keyword, "must be an array of schemas");
        return
        [
            .. list.EnumerateArray().Select((item, index) =>
                Child(parent, keyword, index.ToString(CultureInfo.InvariantCulture), item)),
        ];
    }

    /// <summary>The schema that allows one value only.</summary>
    public SchemaNode Constant(JsonElement value, string pointer) =>
        Add(new SchemaNode(_nodes.Count, value, pointer, IsConstant: true, FrozenSet<string>.Empty));

    /// <summary>Follows <c>$ref</c>.</summary>
    public SchemaNode Resolve(SchemaNode from)
    {
        JsonElement reference = from.Find("$ref")!.Value;
        if (reference.ValueKind != JsonValueKind.String) throw from.Fault("$ref", "must be a string");
        string uri = reference.GetString()!;
        string pointer = uri;
        if (_pointersById.TryGetValue(uri, out string? known) || _pointersById.TryGetValue(uri.TrimEnd('#'), out known))
        {
            pointer = known;
        }
        else if (!uri.StartsWith('#'))
        {
            string[] parts = uri.Split('#', 2);
            if (!_pointersById.TryGetValue(parts[0], out string? start))
                throw from.Fault("$ref", $"'{uri}' is outside of this schema; put it into $defs");
            pointer = start + (parts.Length > 1 ? parts[1] : "");
        }

        return Follow(pointer) is { } target
            ? NodeAt(pointer, target)
            : throw from.Fault("$ref", $"'{uri}' is not in this schema");
    }

    private JsonElement? Follow(string pointer)
    {
        JsonElement current = Root.Element;
        if (pointer == "#") return current;
        if (!pointer.StartsWith("#/", StringComparison.Ordinal)) return null;
        foreach (string part in pointer[2..].Split('/'))
        {
            string name = Uri.UnescapeDataString(part)
                .Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (current.ValueKind == JsonValueKind.Object && current.TryGetProperty(name, out JsonElement member))
            {
                current = member;
            }
            else if (current.ValueKind == JsonValueKind.Array
                && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
                && index < current.GetArrayLength())
            {
                current = current[index];
            }
            else
            {
                return null;
            }
        }

        return current;
    }

    private SchemaNode NodeAt(string pointer, JsonElement element)
    {
        if (_byPointer.TryGetValue(pointer, out SchemaNode? node)) return node;
        node = Add(new SchemaNode(_nodes.Count, element, pointer, IsConstant: false, _relaxed));
        if (element.ValueKind is not (JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False))
            throw new GrammarException(pointer, "is not a schema: an object, true or false is expected");
        _byPointer.Add(pointer, node);
        return node;
    }

    private SchemaNode Add(SchemaNode node)
    {
        if (_nodes.Count >= GrammarLimits.SchemaParts)
            throw new GrammarException(node.Pointer, $"the schema has more than {GrammarLimits.SchemaParts} parts; make it smaller");
        _nodes.Add(node);
        return node;
    }

    private void CollectIds(JsonElement element, List<string> path)
    {
        if (path.Count > GrammarLimits.Depth)
            throw new GrammarException(Pointer(path), $"is nested more than {GrammarLimits.Depth} deep");
        if (element.ValueKind == JsonValueKind.Array)
        {
            int index = 0;
            foreach (JsonElement item in element.EnumerateArray())
                CollectIdsOf(item, (index++).ToString(CultureInfo.InvariantCulture), path);
        }

        if (element.ValueKind != JsonValueKind.Object) return;
        foreach (JsonProperty member in element.EnumerateObject())
        {
            if (member.Name is "$id" or "id" or "$anchor" && member.Value.ValueKind == JsonValueKind.String)
            {
                string name = member.Value.GetString()!;
                _pointersById.TryAdd(member.Name == "$anchor" ? "#" + name : name.TrimEnd('#'), Pointer(path));
            }

            CollectIdsOf(member.Value, member.Name, path);
        }
    }

    private void CollectIdsOf(JsonElement element, string name, List<string> path)
    {
        if (element.ValueKind is not (JsonValueKind.Array or JsonValueKind.Object)) return;
        path.Add(name);
        CollectIds(element, path);
        path.RemoveAt(path.Count - 1);
    }

    private static string Pointer(List<string> path) => string.Concat(path.Select(name =>
        "/" + name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)).Prepend("#"));
}
