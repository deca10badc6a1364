using System.Diagnostics.CodeAnalysis;

namespace Cremona.Inference.Templates.Jinja.Values;

/// <summary>A dictionary by text, in the order of insertion; also what <c>namespace()</c> makes.</summary>
/// <param name="isNamespace">Its members can be set by <c>{% set x.y = … %}</c>.</param>
internal sealed class JinjaMap(bool isNamespace = false)
{
    private readonly OrderedDictionary<string, (MarkedText Key, object? Value)> _entries = new(StringComparer.Ordinal);

    public bool IsNamespace => isNamespace;

    public int Count => _entries.Count;

    public IEnumerable<(MarkedText Key, object? Value)> Entries => _entries.Values;

    public void Set(MarkedText key, object? value) => _entries[key.Text] = (key, value);

    public void Set(string key, object? value) => Set(new MarkedText(key), value);

    public bool TryGet(string key, [MaybeNullWhen(false)] out object? value)
    {
        bool isThere = _entries.TryGetValue(key, out (MarkedText Key, object? Value) entry);
        value = entry.Value;
        return isThere;
    }
}
