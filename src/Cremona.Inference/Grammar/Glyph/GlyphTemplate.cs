using System.Globalization;
using System.Text;
using Cremona.Inference.Grammar.Lexemes;
using Cremona.Inference.Grammar.Patterns;
using Cremona.Inference.Grammar.Regex;
using Cremona.Inference.Grammar.Terms;

namespace Cremona.Inference.Grammar.Glyph;

/// <summary>Reads a raw glyph: text with <c>{{gen 'name' stop='re' pattern='re' temperature=0.5
/// blank_max_tokens=20}}</c> and <c>{{select 'name' options=['a','b'] use_regex=true}}</c>.</summary>
/// <remarks>A blank without pattern ends before a match of its stop expression, or before the text that follows it in
/// the template; it has at least one character. Inside quotes a backslash stands for itself unless it precedes the
/// quote.</remarks>
public sealed class GlyphTemplate
{
    private readonly TextCursor _cursor;
    private readonly TermFactory _terms = new();
    private readonly Dictionary<LexemeAutomaton, BlankLimits> _blanks = [];

    private GlyphTemplate(string template) =>
        _cursor = new TextCursor("glyph", template, static (_, at) => $"glyph, position {at}");

    private PatternFactory Patterns => _terms.Patterns;

    /// <exception cref="GrammarException">The template is malformed; the position is named.</exception>
    public static ByteGrammar Compile(string template)
    {
        var reader = new GlyphTemplate(template);
        Term root = reader._terms.Concat([.. reader.ReadParts().Select(part => part.Term)]);
        return new ByteGrammar(reader._terms, root) { Blanks = reader._blanks };
    }

    /// <summary>What an answer of a template holds in the blanks that have names, by name; of several blanks of one
    /// name the first counts.</summary>
    /// <param name="answer">As it was written.</param>
    /// <param name="isCut">It may end before the template does; blanks behind its end are left out.</param>
    /// <returns>Null when the answer is not of this template.</returns>
    /// <exception cref="GrammarException">The template is malformed; the position is named.</exception>
    public static IReadOnlyDictionary<string, string>? ReadBlanks(string template, string answer, bool isCut) =>
        new GlyphCapture(new GlyphTemplate(template).ReadParts(), answer, isCut).Find();

    private List<GlyphPart> ReadParts()
    {
        var parts = new List<GlyphPart>();
        while (!_cursor.IsAtEnd) parts.Add(ReadPart());
        return parts;
    }

    private GlyphPart ReadPart()
    {
        if (!_cursor.TryRead("{{"))
        {
            string text = ReadText();
            return new GlyphPart(_terms.Text(text), text);
        }

        SkipSpace();
        if (_cursor.TryRead("gen")) return ReadBlank();
        return _cursor.TryRead("select") ? ReadSelection() : throw Fault("gen or select is expected");
    }

    /// <summary>The text up to the next braces.</summary>
    private string ReadText()
    {
        int end = _cursor.Text.IndexOf("{{", _cursor.At, StringComparison.Ordinal);
        string text = end < 0 ? _cursor.Text[_cursor.At..] : _cursor.Text[_cursor.At..end];
        _cursor.At += text.Length;
        return text;
    }

    private GlyphPart ReadBlank()
    {
        string? name = ReadName();
        Dictionary<string, object> options = ReadOptions("stop", "pattern", "temperature", "blank_max_tokens");
        int after = _cursor.At;
        string next = ReadText();
        _cursor.At = after;
        Pattern text = Text(options, "pattern") is { } pattern
            ? new RegexPatterns(Patterns).Whole(pattern)
            : Patterns.And(
                Patterns.Concat(Patterns.AnyCharacter, Patterns.Anything),
                next.Length == 0 ? Patterns.Anything : Patterns.Not(Containing(Patterns.Literal(next))));
        if (Text(options, "stop") is { } stop)
            text = Patterns.And(text, Patterns.Not(new RegexPatterns(Patterns).Search(stop)));
        if (!Patterns.IsLive(text)) throw Fault("no text matches the pattern and ends before the stop");

        float? temperature = (float?)Number(options, "temperature");
        if (temperature is not (null or (> 0 and <= 1))) throw Fault("temperature must be greater than 0 and at most 1");
        double? tokens = Number(options, "blank_max_tokens");
        if (tokens is < 1 || tokens % 1 is not (null or 0)) throw Fault("blank_max_tokens must be a whole number of at least 1");
        var lexeme = new LexemeAutomaton(Patterns, text, LexemeEncoding.Utf8);
        int? tokensMax = tokens is { } count ? (int)Math.Min(count, int.MaxValue) : null;
        _blanks.Add(lexeme, new BlankLimits(temperature, tokensMax));
        return new GlyphPart(_terms.Lexeme(lexeme), Lexeme: lexeme, Name: name, MayBeCut: tokens is not null);
    }

    private GlyphPart ReadSelection()
    {
        string? name = ReadName();
        Dictionary<string, object> options = ReadOptions("options", "use_regex");
        if (!options.TryGetValue("options", out object? value) || value is not List<string> { Count: > 0 } choices)
            throw Fault("select needs a list of options");
        if (!options.TryGetValue("use_regex", out object? flag)) flag = false;
        if (flag is not bool isRegex) throw Fault("use_regex must be true or false");
        var regex = new RegexPatterns(Patterns);
        Pattern chosen = Patterns.Or(choices.Select(text => isRegex ? regex.Whole(text) : Patterns.Literal(text)));
        if (!Patterns.IsLive(chosen)) throw Fault("no text matches any of the options");
        var lexeme = new LexemeAutomaton(Patterns, chosen, LexemeEncoding.Utf8);
        Term term = isRegex ? _terms.Lexeme(lexeme) : _terms.Or(choices.Select(_terms.Text));
        return new GlyphPart(term, Lexeme: lexeme, Name: name);
    }

    private Pattern Containing(Pattern part) => Patterns.Concat(Patterns.Anything, part, Patterns.Anything);

    /// <summary>The name of a command, which may be left out.</summary>
    private string? ReadName()
    {
        SkipSpace();
        return _cursor.Current is '\'' or '"' ? ReadQuoted() : null;
    }

    /// <summary>The options of a command, up to its closing braces.</summary>
    private Dictionary<string, object> ReadOptions(params string[] known)
    {
        var options = new Dictionary<string, object>();
        SkipSpace();
        while (!_cursor.TryRead("}}"))
        {
            string name = ReadWord();
            if (!known.Contains(name)) throw Fault($"the option '{name}' is not known; known are {string.Join(", ", known)}");
            SkipSpace();
            if (!_cursor.TryRead("=")) throw Fault("= is expected");
            SkipSpace();
            if (!options.TryAdd(name, ReadValue())) throw Fault($"the option '{name}' is there twice");
            SkipSpace();
        }

        return options;
    }

    private object ReadValue()
    {
        if (_cursor.Current is '\'' or '"') return ReadQuoted();
        if (_cursor.TryRead("[")) return ReadList();
        string word = ReadWord();
        return word.ToLowerInvariant() switch
        {
            "true" => true,
            "false" => false,
            _ => double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                ? number
                : throw Fault($"'{word}' is no value; texts stand in quotes"),
        };
    }

    private List<string> ReadList()
    {
        var items = new List<string>();
        SkipSpace();
        while (!_cursor.TryRead("]"))
        {
            if (items.Count > 0 && !_cursor.TryRead(",")) throw Fault("a comma is expected");
            SkipSpace();
            items.Add(ReadQuoted());
            SkipSpace();
        }

        return items;
    }

    private string ReadQuoted()
    {
        char quote = _cursor.Current;
        if (quote is not ('\'' or '"')) throw Fault("a text in quotes is expected");
        _cursor.At++;
        var text = new StringBuilder();
        while (_cursor.Current != quote)
        {
            if (_cursor.IsAtEnd) throw Fault("a text does not end");
            if (_cursor.Current == '\\' && _cursor.Next == quote) _cursor.At++;
            text.Append(_cursor.Current);
            _cursor.At++;
        }

        _cursor.At++;
        return text.ToString();
    }

    private string ReadWord()
    {
        int start = _cursor.At;
        while (char.IsAsciiLetterOrDigit(_cursor.Current) || _cursor.Current is '_' or '.' or '-' or '+') _cursor.At++;
        return _cursor.At > start ? _cursor.Text[start.._cursor.At] : throw Fault("an option or }} is expected");
    }

    private void SkipSpace()
    {
        while (char.IsWhiteSpace(_cursor.Current)) _cursor.At++;
    }

    private string? Text(Dictionary<string, object> options, string name)
    {
        if (!options.TryGetValue(name, out object? value)) return null;
        return value as string ?? throw Fault($"{name} must be a text in quotes");
    }

    private double? Number(Dictionary<string, object> options, string name)
    {
        if (!options.TryGetValue(name, out object? value)) return null;
        return value is double number ? number : throw Fault($"{name} must be a number");
    }

    private GrammarException Fault(string reason) => _cursor.Fault(reason);
}
