using Cremona.Inference.Grammar.Lexemes;
using Cremona.Inference.Grammar.Vocabulary;

namespace Cremona.Inference.Grammar.Terms;

/// <summary>Finds the tokens that may follow in a state by descending through the grammar and the tree of tokens
/// together. Lexemes at the start of a token, where almost all tokens lie, are looked up instead.</summary>
internal sealed class TokenWalk(TermFactory factory, GrammarVocabulary vocabulary)
{
    private readonly HashSet<(Term, Term, int)> _visited = [];
    private readonly HashSet<(Term, Term)> _strings = [];
    private readonly List<int> _ids = [];
    private readonly HashSet<ulong[]> _masks = [];

    // While the ends of strings are walked: the string that the tokens begin in.
    private TokenTrie _trie = vocabulary.Trie;
    private Term? _string;

    public StateMask Find(Term state)
    {
        _visited.Clear();
        _strings.Clear();
        _ids.Clear();
        _masks.Clear();
        _trie = vocabulary.Trie;
        _string = null;
        Enter(state, TokenTrie.Root);
        _trie = vocabulary.Strings.Ends;
        foreach ((Term text, Term rest) in _strings)
        {
            _visited.Clear();
            _string = text;
            Enter(rest, TokenTrie.Root);
        }

        return new StateMask([.. _masks], [.. _ids]);
    }

    private void Enter(Term term, int node)
    {
        if (term != factory.Epsilon && _trie.Ends[node] > node + 1) Add(term, factory.Epsilon, node);
    }

    /// <summary>Adds the tokens below a node that a term, and what follows it, may be written with.</summary>
    private void Add(Term term, Term rest, int node)
    {
        GrammarLimits.RefuseDeepNesting();
        if (!term.IsProductive) return;
        switch (term.Kind)
        {
            case TermKind.Bytes:
                AddBytes(term, rest, node);
                break;
            case TermKind.Lexeme when _visited.Add((term, rest, node)):
                if (node != TokenTrie.Root || _string is not null) AddLexeme(term.Lexeme!, term.State, rest, node);
                else AddLexemeAtStart(term, rest);
                break;
            case TermKind.Concat:
                Add(term.Parts[0], factory.Concat(term.Parts[1], rest), node);
                if (term.Parts[0].IsNullable) Add(term.Parts[1], rest, node);
                break;
            case TermKind.Or when _visited.Add((term, rest, node)):
                foreach (Term part in term.Parts) Add(part, rest, node);
                break;
            case TermKind.Repeat when _visited.Add((term, rest, node)):
                Add(term.Parts[0], factory.Concat(TermDerivation.AfterOne(factory, term), rest), node);
                break;
            case TermKind.Rule or TermKind.Members when _visited.Add((term, rest, node)):
                Add(TermFactory.BodyOf(term), rest, node);
                break;
            case TermKind.Name:
                AddName(term.Place!, term.Place!.Node, rest, node);
                break;
        }
    }

    private void AddBytes(Term term, Term rest, int node)
    {
        for (int i = term.Offset; i < term.Bytes.Length; i++)
        {
            node = _trie.FindChild(node, term.Bytes[i]);
            if (node < 0) return;
            AddTokens(node);
        }

        Enter(rest, node);
    }

    private void AddName(MemberPlace place, int nameNode, Term rest, int node)
    {
        MemberList list = place.List;
        TokenTrie names = list.Names;
        for (int name = nameNode + 1; name < names.Ends[nameNode]; name = names.Ends[name])
        {
            int child = _trie.FindChild(node, names.Bytes[name]);
            if (child < 0 || !list.CanBegin(place.State, name)) continue;
            AddTokens(child);
            if (_trie.Ends[child] == child + 1) continue;
            if (list.AfterName(place.State, name) is { } next) Enter(factory.Concat(next, rest), child);
            AddName(place, name, rest, child);
        }
    }

    private void AddLexemeAtStart(Term term, Term rest)
    {
        LexemeAutomaton lexeme = term.Lexeme!;
        bool isString = lexeme.Encoding == LexemeEncoding.JsonString;
        if (isString && !lexeme.IsBoundary(term.State))
        {
            AddLexeme(lexeme, term.State, rest, TokenTrie.Root);
            return;
        }

        LexemeTokens tokens = vocabulary.TokensOf(lexeme, term.State);
        if (tokens.Mask is not null) _masks.Add(tokens.Mask);
        _ids.AddRange(tokens.Ids);
        if (isString) _strings.Add((term, rest));
        if (rest == factory.Epsilon) return;
        foreach (int node in tokens.Exits) Enter(rest, node);
    }

    private void AddLexeme(LexemeAutomaton lexeme, int state, Term rest, int node)
    {
        int[] row = lexeme.Row(state);
        int end = _trie.Ends[node];
        for (int child = node + 1; child < end; child = _trie.Ends[child])
        {
            int next = row[_trie.Bytes[child]];
            if (next == LexemeAutomaton.Dead) continue;
            AddTokens(child);
            if (_trie.Ends[child] == child + 1) continue;
            if (lexeme.IsAccepting(next)) Enter(rest, child);
            AddLexeme(lexeme, next, rest, child);
        }
    }

    private void AddTokens(int node)
    {
        ReadOnlySpan<int> tokens = _trie.TokensAt(node);
        if (_string is null)
        {
            _ids.AddRange(tokens);
            return;
        }

        foreach (int id in tokens)
        {
            if (vocabulary.Strings.ReachesEnd(id, _string.Lexeme!, _string.State)) _ids.Add(id);
        }
    }
}
