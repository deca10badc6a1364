using System.Text;

namespace Cremona.Server.Chat.Sensitivity;

/// <summary>Looks for words in a text that arrives in pieces; what may be the beginning of one is held back. What it
/// finds does not depend on the pieces. One per text.</summary>
/// <param name="automaton">The words.</param>
/// <param name="isJson">The text is JSON: a word is found however its characters are escaped.</param>
internal sealed class WordScanner(WordAutomaton automaton, bool isJson = false)
{
    private readonly JsonUnescaper? _unescaper = isJson ? new JsonUnescaper() : null;
    private readonly StringBuilder _held = new();
    private readonly Queue<int> _lengths = new(); // of the characters that are held, as they are written
    private int _open; // written characters of an escape that is not whole
    private int _node;
    private bool _isInWord;

    /// <summary>The severest category found so far, 1 to 7; 0 when there was no word.</summary>
    public int Category { get; private set; }

    public bool IsHolding => _held.Length > 0;

    /// <summary>The text that is certainly no beginning of a word; possibly empty.</summary>
    public string Append(string text)
    {
        _held.Append(text);
        foreach (char c in text)
        {
            _open++;
            if ((_unescaper is null ? c : _unescaper.Read(c)) is { } said)
            {
                _lengths.Enqueue(_open);
                _open = 0;
                Read(said);
            }
        }

        int length = 0;
        while (_lengths.Count > automaton.CharactersAt(_node))
        {
            length += _lengths.Dequeue();
        }

        return Release(length);
    }

    /// <summary>The rest, at the end of the text.</summary>
    public string Flush()
    {
        if (_isInWord)
        {
            Step(WordSymbols.Border);
        }

        _lengths.Clear();
        return Release(_held.Length);
    }

    private void Read(char said)
    {
        char symbol = WordSymbols.Fold(said);
        if (WordSymbols.IsOfWord(symbol) != _isInWord)
        {
            Step(WordSymbols.Border);
            _isInWord = !_isInWord;
        }

        Step(symbol);
    }

    private void Step(char symbol)
    {
        _node = automaton.Next(_node, symbol);
        Category = WordAutomaton.Severest(Category, automaton.CategoryAt(_node));
    }

    private string Release(int length)
    {
        string released = _held.ToString(0, length);
        _held.Remove(0, length);
        return released;
    }
}
