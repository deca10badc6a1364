using System.Diagnostics;
using System.Runtime.CompilerServices;
using Cremona.Inference.Grammar;
using Cremona.Inference.Grammar.Vocabulary;
using Cremona.Inference.Scheduling;
using Cremona.Inference.Tokenizers;

namespace Cremona.Server.Models;

/// <summary>The grammars used last, by content and vocabulary, as many as fit into a bound of memory. Thread-safe; two
/// requests may compile the same grammar side by side, and the first one is kept.</summary>
internal sealed class GrammarCache(long bytesMax)
{
    private readonly Lock _lock = new();
    private readonly ConditionalWeakTable<ITokenizer, GrammarVocabulary> _vocabularies = [];
    private readonly Dictionary<(string, GrammarVocabulary), LinkedListNode<Entry>> _byKey = [];
    private readonly LinkedList<Entry> _byUse = new(); // last used first

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _byKey.Count;
            }
        }
    }

    /// <exception cref="GrammarException">The grammar is malformed, not supported, or exceeds a limit.</exception>
    public TokenGrammar Get(GrammarSource source, ITokenizer tokenizer)
    {
        GrammarVocabulary vocabulary = _vocabularies.GetValue(tokenizer, static key => new GrammarVocabulary(key));
        return Touch((source.Key, vocabulary), null)
            ?? Touch((source.Key, vocabulary), Compile(source, vocabulary))!;
    }

    private static TokenGrammar Compile(GrammarSource source, GrammarVocabulary vocabulary)
    {
        long start = Stopwatch.GetTimestamp();
        var grammar = new TokenGrammar(source.Compile(), vocabulary);
        EngineMetrics.RecordCompilation(start);
        return grammar;
    }

    private TokenGrammar? Touch((string Key, GrammarVocabulary Vocabulary) key, TokenGrammar? compiled)
    {
        lock (_lock)
        {
            if (_byKey.TryGetValue(key, out LinkedListNode<Entry>? node))
            {
                _byUse.Remove(node);
                _byUse.AddFirst(node);
                Shrink();
                return node.Value.Grammar;
            }

            if (compiled is null)
            {
                return null;
            }

            _byKey[key] = _byUse.AddFirst(new Entry(key, compiled));
            Shrink();
            return compiled;
        }
    }

    /// <summary>Grammars grow while they are used, so the sizes are looked at anew with every use.</summary>
    private void Shrink()
    {
        long bytes = _byUse.Sum(entry => entry.Bytes);
        while (bytes > bytesMax && _byUse.Count > 1)
        {
            Entry last = _byUse.Last!.Value;
            bytes -= last.Bytes;
            _byUse.RemoveLast();
            _byKey.Remove(last.Key);
        }
    }

    private sealed record Entry((string Key, GrammarVocabulary Vocabulary) Key, TokenGrammar Grammar)
    {
        public long Bytes => (2L * Key.Key.Length) + Grammar.BytesKept;
    }
}
