namespace Cremona.Server.Chat.Sensitivity;

/// <summary>Finds all words of a list in one pass (Aho and Corasick, 1975). Node 0 is the beginning. Immutable,
/// thread-safe.</summary>
internal sealed class WordAutomaton
{
    private readonly Dictionary<(int Node, char Symbol), int> _edges = [];
    private readonly List<(int Parent, char Symbol, int Depth)> _origins = [(0, WordSymbols.Border, 0)];
    private readonly List<int> _characters = [0];
    private readonly List<int> _categories = [0];
    private readonly int[] _fallbacks;

    /// <param name="words">Not empty texts with their categories, 1 to 7.</param>
    public WordAutomaton(IEnumerable<(string Word, int Category)> words)
    {
        foreach ((string word, int category) in words)
        {
            Add(word, category);
        }

        _fallbacks = new int[_origins.Count];
        foreach (int node in Enumerable.Range(1, _origins.Count - 1).OrderBy(node => _origins[node].Depth))
        {
            (int parent, char symbol, _) = _origins[node];
            _fallbacks[node] = parent == 0 ? 0 : Next(_fallbacks[parent], symbol);
            _categories[node] = Severest(_categories[node], _categories[_fallbacks[node]]);
        }
    }

    public bool IsEmpty => _origins.Count == 1;

    /// <param name="node">Where the text before has led to.</param>
    /// <param name="symbol">A folded character or a border.</param>
    public int Next(int node, char symbol)
    {
        int next;
        while (!_edges.TryGetValue((node, symbol), out next) && node != 0)
        {
            node = _fallbacks[node];
        }

        return next;
    }

    /// <summary>How many characters at the end of the text may be the beginning of a word.</summary>
    public int CharactersAt(int node) => _characters[node];

    /// <summary>The severest category of the words that end here; 0 when none does.</summary>
    public int CategoryAt(int node) => _categories[node];

    /// <summary>1 is the severest category, then 2; 0 is none.</summary>
    public static int Severest(int one, int other) => one == 0 ? other : other == 0 ? one : Math.Min(one, other);

    private void Add(string word, int category)
    {
        int node = 0;
        bool isInWord = false;
        foreach (char symbol in word.Select(WordSymbols.Fold))
        {
            if (WordSymbols.IsOfWord(symbol) != isInWord)
            {
                node = GetOrAdd(node, WordSymbols.Border);
                isInWord = !isInWord;
            }

            node = GetOrAdd(node, symbol);
        }

        node = isInWord ? GetOrAdd(node, WordSymbols.Border) : node;
        _categories[node] = Severest(_categories[node], category);
    }

    private int GetOrAdd(int node, char symbol)
    {
        if (!_edges.TryGetValue((node, symbol), out int child))
        {
            child = _origins.Count;
            _edges[(node, symbol)] = child;
            _origins.Add((node, symbol, _origins[node].Depth + 1));
            _characters.Add(_characters[node] + (symbol == WordSymbols.Border ? 0 : 1));
            _categories.Add(0);
        }

        return child;
    }
}
