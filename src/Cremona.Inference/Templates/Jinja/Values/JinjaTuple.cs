using System.Collections;

namespace Cremona.Inference.Templates.Jinja.Values;

/// <summary>A list that is written in round brackets.</summary>
internal sealed class JinjaTuple(IReadOnlyList<object?> items) : IReadOnlyList<object?>
{
    public int Count => items.Count;

    public object? this[int index] => items[index];

    public IEnumerator<object?> GetEnumerator() => items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
