using System.Text;

namespace Cremona.Server.Chat.Sensitivity;

/// <summary>Looks for words in a text that arrives in pieces; what may be the beginning of one is held back. What it
/// finds does not depend on the pieces. One per text.</summary>
internal sealed class WordScanner(WordAutomaton automaton)
{
    private readonly StringBuilder _held = new();
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
            char symbol = WordSymbols.Fold(c);
            if (WordSymbols.IsOfWord(symbol) != _isInWord)
            {
                Step(WordSymbols.Border);
                _isInWord = !_isInWord;
            }

            Step(symbol);
        }

        return Release(_held.Length - automaton.CharactersAt(_node));
    }

    /// <summary>The rest, at the end of the text.</summary>
    public string Flush()
    {
        if (_isInWord)
        {
            Step(WordSymbols.Border);
        }

        return Release(_held.Length);
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
