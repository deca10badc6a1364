using Cremona.Inference.Grammar.Lexemes;

namespace Cremona.Inference.Grammar.Vocabulary;

/// <summary>What a vocabulary's tokens do inside JSON strings. Almost all of them stay inside, so masks are made from
/// the mask of an unrestricted string by taking away what a restriction forbids.</summary>
internal sealed class StringTokens
{
    private readonly GrammarVocabulary _vocabulary;
    private readonly ulong[] _free;
    private readonly int[] _freeIds; // by characters, ascending
    private readonly ushort[] _bodyBytes; // by token: bytes before the string's end
    private readonly ushort[] _bodyCharacters; // by token: characters that begin before the string's end

    public StringTokens(GrammarVocabulary vocabulary)
    {
        _vocabulary = vocabulary;
        _bodyBytes = new ushort[vocabulary.Size];
        _bodyCharacters = new ushort[vocabulary.Size];
        var inside = new List<int>();
        var across = new List<(byte[], int)>();
        foreach (int id in vocabulary.Trie.Tokens)
        {
            if (!TryMeasure(id)) continue;
            if (_bodyBytes[id] == vocabulary.BytesOf(id).Length) inside.Add(id);
            else across.Add((vocabulary.BytesOf(id)[_bodyBytes[id]..].ToArray(), id));
        }

        _free = new ulong[TokenMask.WordCount(vocabulary.Size)];
        _freeIds = [.. inside.OrderBy(id => _bodyCharacters[id])];
        TokenMask.Add(_free, _freeIds);
        Ends = new TokenTrie(across);
    }

    /// <summary>The tokens that leave a string, by their bytes from the closing quotation mark on.</summary>
    public TokenTrie Ends { get; }

    /// <summary>Whether the part of the token before the closing quotation mark takes the lexeme to where it may
    /// end.</summary>
    /// <param name="state">At a boundary between characters.</param>
    public bool ReachesEnd(int id, LexemeAutomaton lexeme, int state)
    {
        if (lexeme.IsFree(state)) return true;
        if (lexeme.FreeLengths(state) is var (min, max))
            return _bodyCharacters[id] >= min && _bodyCharacters[id] <= max;
        foreach (byte value in _vocabulary.BytesOf(id)[.._bodyBytes[id]])
        {
            state = lexeme.Step(state, value);
            if (state == LexemeAutomaton.Dead) return false;
        }

        return lexeme.IsAccepting(state);
    }

    /// <summary>The tokens that lie wholly inside a string, from a boundary between characters.</summary>
    public LexemeTokens TokensOf(LexemeAutomaton lexeme, int state)
    {
        if (lexeme.IsFree(state)) return new LexemeTokens(_free, [], []);
        if (lexeme.FreeLengths(state) is var (_, max)) return UpTo(max);
        if (!lexeme.LeadsToFreedom(state)) return _vocabulary.Walk(lexeme, state);
        ulong[] mask = [.. _free];
        TakeAway(lexeme, state, TokenTrie.Root, mask);
        return new LexemeTokens(mask, [], []);
    }

    private bool TryMeasure(int id)
    {
        LexemeAutomaton any = StandardLexemes.AnyString;
        ReadOnlySpan<byte> bytes = _vocabulary.BytesOf(id);
        int state = any.Start;
        int characters = 0;
        int length = 0;
        for (; length < bytes.Length; length++)
        {
            if (bytes[length] == '"' && any.IsBoundary(state)) break;
            if (any.IsBoundary(state)) characters++;
            state = any.Step(state, bytes[length]);
            if (state == LexemeAutomaton.Dead) return false;
        }

        _bodyBytes[id] = (ushort)Math.Min(length, ushort.MaxValue);
        _bodyCharacters[id] = (ushort)Math.Min(characters, ushort.MaxValue);
        return length <= ushort.MaxValue;
    }

    private LexemeTokens UpTo(int characters)
    {
        int count = CountUpTo(characters);
        if (count == _freeIds.Length) return new LexemeTokens(_free, [], []);
        if (count < _freeIds.Length / 2) return _vocabulary.Pack([.. _freeIds.AsSpan(0, count)], []);
        ulong[] mask = [.. _free];
        TokenMask.Remove(mask, _freeIds.AsSpan(count));
        return new LexemeTokens(mask, [], []);
    }

    private int CountUpTo(int characters)
    {
        int low = 0;
        int high = _freeIds.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_bodyCharacters[_freeIds[middle]] <= characters) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private void TakeAway(LexemeAutomaton lexeme, int state, int node, ulong[] mask)
    {
        TokenTrie trie = _vocabulary.Trie;
        int[] row = lexeme.Row(state);
        int end = trie.Ends[node];
        for (int child = node + 1; child < end; child = trie.Ends[child])
        {
            int next = row[trie.Bytes[child]];
            if (next == LexemeAutomaton.Dead) TokenMask.Remove(mask, trie.TokensFrom(child));
            else if (!lexeme.IsFree(next)) TakeAway(lexeme, next, child, mask);
        }
    }
}
