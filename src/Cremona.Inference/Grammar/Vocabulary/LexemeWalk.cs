using Cremona.Inference.Grammar.Lexemes;

namespace Cremona.Inference.Grammar.Vocabulary;

/// <summary>Finds the tokens that lie wholly inside a lexeme by walking the token tree; subtrees whose bytes all lead
/// back to the same state are taken whole.</summary>
internal sealed class LexemeWalk(TokenTrie trie, TrieContents contents, LexemeAutomaton lexeme)
{
    private readonly Dictionary<int, LexemeLoop> _loops = [];

    public List<int> Ids { get; } = [];

    /// <summary>Nodes at which the lexeme may end while tokens go on; not looked for in JSON strings.</summary>
    public List<int> Exits { get; } = [];

    private bool FindsExits => lexeme.Encoding != LexemeEncoding.JsonString;

    public void From(int state) => Walk(state, TokenTrie.Root);

    private void Walk(int state, int node)
    {
        int[] row = lexeme.Row(state);
        int end = trie.Ends[node];
        for (int child = node + 1; child < end; child = trie.Ends[child])
        {
            int next = row[trie.Bytes[child]];
            if (next == LexemeAutomaton.Dead) continue;
            if (trie.Ends[child] == child + 1)
            {
                Ids.AddRange(trie.TokensAt(child));
                continue;
            }

            bool isExit = FindsExits && lexeme.IsAccepting(next);
            if (!isExit && lexeme.IsBoundary(next) && contents.IsWithin(child, LoopOf(next)))
            {
                Ids.AddRange(trie.TokensFrom(child));
                continue;
            }

            Ids.AddRange(trie.TokensAt(child));
            if (isExit) Exits.Add(child);
            Walk(next, child);
        }
    }

    private LexemeLoop LoopOf(int state)
    {
        if (!_loops.TryGetValue(state, out LexemeLoop loop))
        {
            loop = lexeme.LoopOf(state);
            _loops.Add(state, loop);
        }

        return loop;
    }
}
