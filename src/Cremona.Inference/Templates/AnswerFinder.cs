using Cremona.Inference.Templates.Jinja;

namespace Cremona.Inference.Templates;

/// <summary>Finds in a rendered dialogue what a model would have written of each answer.</summary>
internal sealed class AnswerFinder
{
    private readonly MarkedText _text;
    private readonly TemplateEncoder _encoder;
    private readonly IReadOnlySet<int> _stops;
    private readonly int[] _first; // by turn, where what it says begins; -1 where it says nothing
    private readonly int[] _end; // by turn, behind what it says; 0 where it says nothing
    private readonly int[] _before; // by turn, behind all that the turns before it say

    /// <param name="text">The rendered dialogue.</param>
    /// <param name="turnCount">Its turns.</param>
    /// <param name="encoder">Knows the special tokens.</param>
    /// <param name="stops">Ids that end an answer.</param>
    public AnswerFinder(MarkedText text, int turnCount, TemplateEncoder encoder, IReadOnlySet<int> stops)
    {
        (_text, _encoder, _stops) = (text, encoder, stops);
        _first = new int[turnCount];
        _end = new int[turnCount];
        _before = new int[turnCount];
        Array.Fill(_first, -1);
        for (int i = 0; i < text.Length; i++)
        {
            int turn = text.OriginAt(i) - 1;
            if (turn < 0) continue;
            if (_first[turn] < 0) _first[turn] = i;
            _end[turn] = i + 1;
        }

        for (int turn = 1; turn < turnCount; turn++) _before[turn] = Math.Max(_before[turn - 1], _end[turn - 1]);
    }

    /// <summary>Where a model that is asked for an answer begins to write it.</summary>
    /// <param name="turn">Index of the answer.</param>
    /// <param name="prompt">What the template writes to ask for an answer, not empty.</param>
    /// <returns>Behind the prompt, or -1 where the template does not write it before this answer.</returns>
    public int BehindPrompt(int turn, string prompt)
    {
        int from = _before[turn];
        ReadOnlySpan<char> text = _text.Text.AsSpan();
        int first = _first[turn];
        if (first < from) first = -1;
        int at = first < 0
            ? text[from..].IndexOf(prompt, StringComparison.Ordinal)
            : text[from..first].LastIndexOf(prompt);
        return at < 0 ? -1 : from + at + prompt.Length;
    }

    /// <summary>Where a model begins to write, when this much of the text is what it is shown.</summary>
    /// <returns>Behind it, or -1 where the dialogue does not go on so.</returns>
    public int BehindQuestion(int turn, string? asked)
    {
        bool isThere = asked is not null && _text.Text.StartsWith(asked, StringComparison.Ordinal)
            && (_first[turn] < 0 || asked.Length <= _first[turn]);
        return isThere ? asked!.Length : -1;
    }

    /// <summary>The answer with the token that ends it, or null where nothing is written of it.</summary>
    /// <param name="turn">Index of the answer.</param>
    /// <param name="start">Where it begins; -1 is where it says something.</param>
    public (int Start, int End)? Find(int turn, int start)
    {
        if (start < 0) start = _first[turn];
        if (start < 0) return null;
        return (start, BehindStop(Math.Max(start, _end[turn])));
    }

    /// <summary>Behind the stop token that the template wrote next, if it did before anything else was said.</summary>
    private int BehindStop(int from)
    {
        for (int place = from; _encoder.FindSpecial(_text, place) is { } match; place = match.End)
        {
            for (int i = place; i < match.Start; i++)
            {
                if (_text.OriginAt(i) > MarkedText.FromTemplate) return from;
            }

            if (_stops.Contains(match.Token.Id)) return match.ContentStart + match.Token.Content.Length;
        }

        return from;
    }
}
