using System.Text;
using Cremona.Inference.Grammar.Lexemes;

namespace Cremona.Inference.Grammar.Glyph;

/// <summary>Finds out of a text that was written by a template what stands in its blanks. Where several ways are
/// possible a blank takes as much as it can.</summary>
/// <param name="parts">Of the template.</param>
/// <param name="text">What was written.</param>
/// <param name="isCut">The text may end before the template does.</param>
internal sealed class GlyphCapture(IReadOnlyList<GlyphPart> parts, string text, bool isCut)
{
    private const int StepsMax = 2_000_000;

    private readonly byte[] _bytes = Encoding.UTF8.GetBytes(text);
    private readonly HashSet<(int Part, int At)> _failed = [];
    private readonly Dictionary<string, string> _found = [];
    private int _steps;

    /// <summary>The texts of named blanks in their order, as far as the text goes; null when the text is not of this
    /// template, or the search takes too long.</summary>
    public IReadOnlyDictionary<string, string>? Find()
    {
        if (!Match(0, 0)) return null;
        var ordered = new OrderedDictionary<string, string>();
        foreach (GlyphPart part in parts)
            if (part.Name is { } name && _found.TryGetValue(name, out string? found)) ordered.TryAdd(name, found);
        return ordered;
    }

    private bool Match(int part, int at)
    {
        GrammarLimits.RefuseDeepNesting();
        if (part == parts.Count || (isCut && at == _bytes.Length)) return at == _bytes.Length;
        if (_steps > StepsMax || _failed.Contains((part, at))) return false;
        bool matches = parts[part].Lexeme is { } lexeme ? MatchBlank(part, lexeme, at) : MatchText(part, at);
        if (!matches) _failed.Add((part, at));
        return matches;
    }

    private bool MatchText(int part, int at)
    {
        ReadOnlySpan<byte> expected = Encoding.UTF8.GetBytes(parts[part].Text);
        ReadOnlySpan<byte> rest = _bytes.AsSpan(at);
        return rest.StartsWith(expected) ? Match(part + 1, at + expected.Length) : isCut && expected.StartsWith(rest);
    }

    private bool MatchBlank(int part, LexemeAutomaton lexeme, int at)
    {
        foreach (int end in Enumerable.Reverse(Ends(parts[part], lexeme, at)))
        {
            if (!Match(part + 1, end)) continue;
            if (parts[part].Name is { } name) _found[name] = Encoding.UTF8.GetString(_bytes.AsSpan(at, end - at));
            return true;
        }

        return false;
    }

    /// <summary>Where a blank that begins at a place may end, ascending.</summary>
    private List<int> Ends(GlyphPart blank, LexemeAutomaton lexeme, int at)
    {
        var ends = new List<int>();
        int state = lexeme.Start;
        for (int i = at; state != LexemeAutomaton.Dead && _steps++ <= StepsMax; i++)
        {
            bool isEnd = lexeme.IsAccepting(state) || (blank.MayBeCut && i > at && lexeme.IsBoundary(state));
            if (isEnd || (isCut && i == _bytes.Length)) ends.Add(i);
            if (i == _bytes.Length) break;
            state = lexeme.Step(state, _bytes[i]);
        }

        return ends;
    }
}
