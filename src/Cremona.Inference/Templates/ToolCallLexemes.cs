using System.Collections.Concurrent;
using Cremona.Inference.Grammar.Lexemes;
using Cremona.Inference.Grammar.Patterns;

namespace Cremona.Inference.Templates;

/// <summary>The text around calls. Made once for each marker, so that what is found out about them over a vocabulary
/// is found out once.</summary>
internal sealed class ToolCallLexemes
{
    private static readonly ConcurrentDictionary<(string, bool), ToolCallLexemes> Known = new();

    private static readonly CharacterSet OfIds = CharacterSet.FromRanges([('0', '9'), ('A', 'Z'), ('a', 'z')]);

    private ToolCallLexemes(string marker, bool isSpecial)
    {
        var patterns = new PatternFactory();
        Pattern begun = patterns.Concat(patterns.Anything, patterns.Literal(marker));
        Pattern text = isSpecial
            ? patterns.Anything
            : patterns.Not(patterns.Concat(begun, patterns.Anything));
        Pattern first = patterns.And(
            begun, patterns.Not(patterns.Concat(begun, patterns.AnyCharacter, patterns.Anything)));
        Text = new LexemeAutomaton(patterns, text, LexemeEncoding.Utf8);
        UpToMarker = new LexemeAutomaton(patterns, first, LexemeEncoding.Utf8);
    }

    /// <summary>Ids of calls that a model makes up.</summary>
    public static LexemeAutomaton Id { get; } = MakeId();

    /// <summary>Text that begins no call.</summary>
    public LexemeAutomaton Text { get; }

    /// <summary>Text up to the end of the first marker in it. A lexeme of its own, because one that may end anywhere
    /// would have to be looked at behind each of its characters.</summary>
    public LexemeAutomaton UpToMarker { get; }

    /// <summary>Of a form whose calls do not stand alone.</summary>
    public static ToolCallLexemes Of(ToolCallForm form) => Known.GetOrAdd(
        (form.Marker, form.HasSpecialMarker), static key => new ToolCallLexemes(key.Item1, key.Item2));

    private static LexemeAutomaton MakeId()
    {
        var patterns = new PatternFactory();
        return new LexemeAutomaton(
            patterns, patterns.Repeat(patterns.Class(OfIds), ToolCallForm.IdLength, ToolCallForm.IdLength),
            LexemeEncoding.Utf8);
    }

    /// <summary>Text that does not begin with any of these, also not behind two spaces: one that a call may begin with,
    /// and one more that a tokenizer takes away. Not kept, because the heads are the requests'.</summary>
    public static LexemeAutomaton WithoutHeads(IEnumerable<string> heads)
    {
        var patterns = new PatternFactory();
        Pattern begun = patterns.Or(heads.Select(head =>
            patterns.Concat(patterns.Literal(head), patterns.Anything)));
        Pattern spaces = patterns.Repeat(patterns.Literal(" "), 0, 2);
        return new LexemeAutomaton(patterns, patterns.Not(patterns.Concat(spaces, begun)), LexemeEncoding.Utf8);
    }
}
