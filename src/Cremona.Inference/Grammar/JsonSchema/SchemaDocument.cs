using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;

namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>The schemas of one document, numbered as they are met, and the references between them.</summary>
internal sealed class SchemaDocument
{
    private static readonly string[] SchemasByName =
        ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"];

    private static readonly string[] Values = ["const", "enum", "default", "examples"];

    private readonly List<SchemaNode> _nodes = [];
    private readonly Dictionary<string, SchemaNode> _byPointer = [];
    private readonly Dictionary<string, string> _pointersById = [];
    private readonly Dictionary<(string Resource, string Name), string> _pointersByAnchor = [];
    private readonly HashSet<string> _resources = ["#"]; // pointers of schemas that references in them start at
    private readonly string[] _idKeywords;
    private readonly IReadOnlySet<string> _relaxed;

    /// <param name="relaxed">Keywords that are as good as not there.</param>
    public SchemaDocument(JsonElement root, IReadOnlySet<string> relaxed)
    {
        _relaxed = relaxed;
        Root = NodeAt("#", root);
        string dialect = Root.Find("$schema") is { ValueKind: JsonValueKind.String } schema ? schema.GetString()! : "";
        ReferencesStandAlone = dialect.Contains("draft-0", StringComparison.Ordinal);
        _idKeywords = dialect.Contains("draft-04", StringComparison.Ordinal) ? ["$id", "id"] : ["$id"];
        CollectIds(root, "#", [], isSchema: true);
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
        if (!_pointersById.TryGetValue(uri.TrimEnd('#'), out string? pointer))
        {
            string[] parts = uri.Split('#', 2);
            string resource = parts[0].Length == 0
                ? ResourceOf(from.Pointer)
                : _pointersById.GetValueOrDefault(parts[0])
                    ?? throw from.Fault("$ref", $"'{uri}' is outside of this schema; put it into $defs");
            string fragment = parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "";
            pointer = fragment.Length == 0 || fragment.StartsWith('/')
                ? resource + fragment
                : _pointersByAnchor.GetValueOrDefault((resource, fragment));
        }

        return pointer is not null && Follow(pointer) is { } target
            ? NodeAt(pointer, target)
            : throw from.Fault("$ref", $"'{uri}' is not in this schema");
    }

    /// <summary>The nearest schema above, or here, that has an id: references within the document start there (JSON
    /// Schema 2020-12 core, section 8.2).</summary>
    private string ResourceOf(string pointer)
    {
        while (!_resources.Contains(pointer)) pointer = pointer[..pointer.LastIndexOf('/')];
        return pointer;
    }

    private JsonElement? Follow(string pointer)
    {
        JsonElement current = Root.Element;
        if (pointer == "#") return current;
        if (!pointer.StartsWith("#/", StringComparison.Ordinal)) return null;
        foreach (string part in pointer[2..].Split('/'))
        {
            string name =
                part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
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

    /// <summary>Notes the names of schemas. Below a keyword that holds values nothing is a name.</summary>
    /// <param name="resource">The pointer of the schema with an id that the element is in; null within values.</param>
    /// <param name="isSchema">The members are keywords, not names of schemas.</param>
    private void CollectIds(JsonElement element, string? resource, List<string> path, bool isSchema)
    {
        if (path.Count > GrammarLimits.Depth)
            throw new GrammarException(Pointer(path), $"is nested more than {GrammarLimits.Depth} deep");
        if (element.ValueKind == JsonValueKind.Array)
        {
            int index = 0;
            foreach (JsonElement item in element.EnumerateArray())
                CollectIdsOf(item, (index++).ToString(CultureInfo.InvariantCulture), resource, path, isSchema: true);
        }

        if (element.ValueKind != JsonValueKind.Object) return;
        if (resource is not null && isSchema) resource = AddNames(element, resource, path);
        foreach (JsonProperty member in element.EnumerateObject())
        {
            bool isValue = isSchema && Values.Contains(member.Name);
            bool isMap = isSchema && SchemasByName.Contains(member.Name);
            CollectIdsOf(member.Value, member.Name, isValue ? null : resource, path, isSchema: !isMap);
        }
    }

    private void CollectIdsOf(JsonElement element, string name, string? resource, List<string> path, bool isSchema)
    {
        if (element.ValueKind is not (JsonValueKind.Array or JsonValueKind.Object)) return;
        path.Add(name);
        CollectIds(element, resource, path, isSchema);
        path.RemoveAt(path.Count - 1);
    }

    /// <summary>Notes the names of one schema.</summary>
    /// <returns>Where references within it start.</returns>
    private string AddNames(JsonElement schema, string resource, List<string> path)
    {
        foreach (string keyword in _idKeywords)
        {
            if (TextOf(schema, keyword)?.TrimEnd('#') is not { Length: > 0 } id) continue;
            if (id.StartsWith('#'))
            {
                // The form of the drafts before 2019-09.
                _pointersByAnchor.TryAdd((resource, id[1..]), Pointer(path));
                continue;
            }

            _pointersById.TryAdd(id, Pointer(path));
            if (id.Contains('#')) continue;
            resource = Pointer(path);
            _resources.Add(resource);
        }

        if (TextOf(schema, "$anchor") is { } anchor) _pointersByAnchor.TryAdd((resource, anchor), Pointer(path));
        return resource;
    }

    private static string? TextOf(JsonElement schema, string keyword) =>
        schema.TryGetProperty(keyword, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static string Pointer(List<string> path) => string.Concat(path.Select(name =>
        "/" + name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)).Prepend("#"));
}
