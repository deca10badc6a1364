using System.Buffers;

namespace Cremona.Inference.Tokenizers;

/// <summary>Finds added tokens in text: the leftmost, of those the longest. Thread-safe.</summary>
internal sealed class AddedTokenFinder
{
    private readonly SearchValues<string>? _contents;
    private readonly ILookup<char, (string Content, AddedToken Token)> _byFirst; // the longest first

    public AddedTokenFinder(IEnumerable<AddedToken> tokens)
        : this(tokens.Select(token => (token.Content, token)))
    {
    }

    /// <summary>Tokens with the text that each is found by; none is empty.</summary>
    public AddedTokenFinder(IEnumerable<(string Content, AddedToken Token)> tokens)
    {
        (string Content, AddedToken Token)[] sorted = [.. tokens.OrderByDescending(entry => entry.Content.Length)];
        _byFirst = sorted.ToLookup(entry => entry.Content[0]);
        if (sorted.Length == 0) return;
        _contents = SearchValues.Create([.. sorted.Select(entry => entry.Content)], StringComparison.Ordinal);
    }

    /// <summary>The first token in a part of a text, or null.</summary>
    public AddedTokenMatch? Find(string text, int start, int end)
    {
        if (_contents is null) return null;
        for (int from = start; from < end; from++)
        {
            int found = text.AsSpan(from, end - from).IndexOfAny(_contents);
            if (found < 0) return null;
            from += found;
            foreach ((string content, AddedToken token) in _byFirst[text[from]])
            {
                bool isHere = text.AsSpan(from, end - from).StartsWith(content, StringComparison.Ordinal);
                if (!isHere || (token.IsWholeWord && GoesOn(text, from, from + content.Length))) continue;
                return Match(text, token, (start, from, from + content.Length, end));
            }
        }

        return null;
    }

    private static AddedTokenMatch Match(
        string text, AddedToken token, (int From, int Start, int End, int To) place)
    {
        (int start, int end) = (place.Start, place.End);
        while (token.StripsLeft && start > place.From && char.IsWhiteSpace(text[start - 1])) start--;
        while (token.StripsRight && end < place.To && char.IsWhiteSpace(text[end])) end++;
        return new AddedTokenMatch(token, start, end, place.Start);
    }

    private static bool GoesOn(string text, int start, int end) =>
        (start > 0 && IsWord(text[start - 1])) || (end < text.Length && IsWord(text[end]));

    private static bool IsWord(char character) => char.IsLetterOrDigit(character) || character == '_';
}
