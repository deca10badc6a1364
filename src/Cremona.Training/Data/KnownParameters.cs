using System.Text.Json;
using Cremona.Inference.Templates;

namespace Cremona.Training.Data;

/// <summary>The parameters of functions, compiled, those used last: most rows of a file offer the same. For one
/// reader.</summary>
/// <param name="bytesMax">Memory that all take together; one alone may take more.</param>
internal sealed class KnownParameters(long bytesMax = KnownParameters.BytesMax)
{
    private const long BytesMax = 256 << 20;

    // Their sizes are looked at again and again.
    private const int CountMax = 256;

    private readonly Dictionary<string, LinkedListNode<Entry>> _byKey = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byUse = new(); // last used first

    public int Count => _byUse.Count;

    /// <summary>Memory that all take now, estimated.</summary>
    public long BytesKept => _byUse.Sum(entry => entry.Bytes);

    /// <exception cref="Inference.Grammar.GrammarException">The schema cannot be held to.</exception>
    public ToolArguments Get(JsonElement parameters, IReadOnlySet<string> relaxed)
    {
        string key = $"{string.Join(' ', relaxed.Order(StringComparer.Ordinal))}\n{parameters.GetRawText()}";
        if (_byKey.TryGetValue(key, out LinkedListNode<Entry>? node))
        {
            _byUse.Remove(node);
        }
        else
        {
            node = new(new Entry(key, new ToolArguments(parameters.Clone(), relaxed)));
            _byKey.Add(key, node);
        }

        _byUse.AddFirst(node);
        Shrink();
        return node.Value.Arguments;
    }

    /// <summary>They grow while arguments are looked at, so the sizes are taken anew.</summary>
    private void Shrink()
    {
        long bytes = BytesKept;
        while (_byUse.Count > CountMax || (bytes > bytesMax && _byUse.Count > 1))
        {
            Entry last = _byUse.Last!.Value;
            bytes -= last.Bytes;
            _byUse.RemoveLast();
            _byKey.Remove(last.Key);
        }
    }

    private sealed record Entry(string Key, ToolArguments Arguments)
    {
        // The key, the schema as it was cloned, and what is kept of its parts.
        public long Bytes => (8L * Key.Length) + Arguments.BytesKept;
    }
}
