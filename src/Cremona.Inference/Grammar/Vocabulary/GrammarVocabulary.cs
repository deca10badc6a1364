using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Cremona.Inference.Grammar.Lexemes;
using Cremona.Inference.Tokenizers;

namespace Cremona.Inference.Grammar.Vocabulary;

/// <summary>The tokens of a model as grammars see them: bytes in a tree, and what is known beforehand about the inside
/// of JSON strings. Made once per tokenizer (some 0.2 s for 150 000 tokens); thread-safe. Special tokens are in a mask
/// only where a grammar spells them by <see cref="SpellSpecial"/>.</summary>
public sealed class GrammarVocabulary
{
    private const int LexemeMasksMax = 256;

    // Never a byte of UTF-8, so that no text spells a special token; ordinary tokens that begin with it are of no use.
    private const byte SpecialMark = 0xFF;

    private readonly ITokenizer _tokenizer;
    private readonly Dictionary<int, byte[]> _special;
    private readonly ConditionalWeakTable<LexemeAutomaton, ConcurrentDictionary<int, LexemeTokens>> _known = [];
    private readonly Lazy<StringTokens> _strings;
    private readonly Lazy<TrieContents> _contents;

    public GrammarVocabulary(ITokenizer tokenizer)
    {
        _tokenizer = tokenizer;
        _special = tokenizer.AddedTokens.Where(token => token.IsSpecial).DistinctBy(token => token.Id)
            .ToDictionary(token => token.Id, token => SpellSpecial(token.Content));
        var entries = new List<(byte[], int)>();
        for (int id = 0; id < tokenizer.VocabularySize; id++)
        {
            ReadOnlySpan<byte> bytes = BytesOf(id);
            if (bytes.Length > 0) entries.Add((bytes.ToArray(), id));
        }

        Trie = new TokenTrie(entries);
        _contents = new Lazy<TrieContents>(() => new TrieContents(Trie));
        _strings = new Lazy<StringTokens>(() => new StringTokens(this));
    }

    /// <summary>Ids run from 0 to this, exclusive.</summary>
    public int Size => _tokenizer.VocabularySize;

    internal TokenTrie Trie { get; }

    /// <summary>Tokens inside JSON strings, and across their ends.</summary>
    internal StringTokens Strings => _strings.Value;

    /// <summary>The bytes of a token as grammars see them; none where no grammar can ask for it.</summary>
    internal ReadOnlySpan<byte> BytesOf(int id)
    {
        if (_special.TryGetValue(id, out byte[]? special)) return special;
        ReadOnlySpan<byte> bytes = _tokenizer.BytesOf(id);
        return bytes is [SpecialMark, ..] ? [] : bytes;
    }

    /// <summary>The bytes by which a grammar asks for a special token.</summary>
    internal static byte[] SpellSpecial(string content) =>
        [SpecialMark, .. System.Text.Encoding.UTF8.GetBytes(content)];

    internal int[] Encode(string text) => _tokenizer.Encode(text);

    /// <summary>The tokens inside a lexeme from one of its states, found once.</summary>
    internal LexemeTokens TokensOf(LexemeAutomaton lexeme, int state)
    {
        ConcurrentDictionary<int, LexemeTokens> known = _known.GetOrCreateValue(lexeme);
        if (known.TryGetValue(state, out LexemeTokens? tokens)) return tokens;
        if (known.Count >= LexemeMasksMax) known.Clear();
        tokens = lexeme.Encoding == LexemeEncoding.JsonString ? Strings.TokensOf(lexeme, state) : Walk(lexeme, state);
        known.TryAdd(state, tokens);
        return tokens;
    }

    /// <summary>Finds the tokens inside a lexeme by walking the whole tree.</summary>
    internal LexemeTokens Walk(LexemeAutomaton lexeme, int state)
    {
        var walk = new LexemeWalk(Trie, _contents.Value, lexeme);
        walk.From(state);
        return Pack(walk.Ids, walk.Exits);
    }

    /// <summary>Many tokens are kept as bits, few as a list.</summary>
    internal LexemeTokens Pack(List<int> ids, List<int> exits)
    {
        if (ids.Count <= Size / 32) return new LexemeTokens(null, [.. ids], [.. exits]);
        ulong[] mask = new ulong[TokenMask.WordCount(Size)];
        TokenMask.Add(mask, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(ids));
        return new LexemeTokens(mask, [], [.. exits]);
    }
}
