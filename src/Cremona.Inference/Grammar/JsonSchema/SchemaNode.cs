using System.Text.Json;

namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>A schema inside a document, or a single value that stands for the schema which allows only it.</summary>
/// <param name="Id">Numbers of a document's nodes count from 0.</param>
/// <param name="Element">The schema, or the value.</param>
/// <param name="Pointer">Where it stands, as a JSON pointer.</param>
/// <param name="IsConstant"><paramref name="Element"/> is a value, not a schema.</param>
/// <param name="Relaxed">Keywords that are as good as not there.</param>
internal sealed record SchemaNode(
    int Id, JsonElement Element, string Pointer, bool IsConstant, IReadOnlySet<string> Relaxed)
{
    private readonly Dictionary<string, JsonElement> _members = MembersOf(Element);

    /// <summary>Those of <see cref="Relaxed"/> that stand here.</summary>
    public IEnumerable<string> Ignored => _members.Keys.Where(Relaxed.Contains);

    /// <summary>The value of a keyword, or null.</summary>
    public JsonElement? Find(string keyword) =>
        !Relaxed.Contains(keyword) && _members.TryGetValue(keyword, out JsonElement value) ? value : null;

    public string PointerTo(string keyword) =>
        $"{Pointer}/{keyword.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    public GrammarException Fault(string keyword, string reason) => new(PointerTo(keyword), reason);

    private static Dictionary<string, JsonElement> MembersOf(JsonElement element)
    {
        var members = new Dictionary<string, JsonElement>();
        if (element.ValueKind != JsonValueKind.Object) return members;
        foreach (JsonProperty member in element.EnumerateObject()) members[member.Name] = member.Value;
        return members;
    }
}
