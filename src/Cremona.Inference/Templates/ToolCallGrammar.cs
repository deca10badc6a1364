using Cremona.Inference.Grammar;
using Cremona.Inference.Grammar.JsonSchema;
using Cremona.Inference.Grammar.Terms;
using Cremona.Inference.Grammar.Vocabulary;

namespace Cremona.Inference.Templates;

/// <summary>Answers of a model that may call functions: text that does not begin a call, or calls whose arguments meet
/// their schemas, in the model's own form. Arguments are spaced as chat templates write them, so that a call fed back
/// is the text that the model wrote.</summary>
public static class ToolCallGrammar
{
    /// <param name="form">The model's.</param>
    /// <param name="tools">Those that may be called; none leaves text without calls. Used during the call only.</param>
    /// <exception cref="GrammarException">A schema is malformed, asks for what is not supported, exceeds a limit, or no
    /// object meets it; the function is named.</exception>
    public static ByteGrammar Compile(ToolCallForm form, IReadOnlyList<ChatTool> tools, ToolCallRules rules)
    {
        var terms = new TermFactory();
        var ignored = new List<string>();
        (ChatTool Tool, Term Arguments)[] written =
            [.. tools.Select(tool => (tool, WriteArguments(tool, terms, rules, ignored)))];
        Term[] named =
        [
            .. written.Select(item => terms.Concat(
                terms.Text(form.QuotesName ? JsonText.Quote(item.Tool.Name) : item.Tool.Name),
                Spell(terms, form, form.BeforeArguments), item.Arguments)),
        ];
        Term afterMarker = WriteCalls(terms, form, terms.Or(named), rules);
        Term root = WithText(terms, form, afterMarker, rules, ignored);
        var grammar = new ByteGrammar(terms, root) { IgnoredKeywords = ignored };
        foreach ((ChatTool tool, Term arguments) in written)
            if (!arguments.IsProductive) throw new GrammarException(PlaceOf(tool), "no object meets this schema");
        return grammar;
    }

    /// <summary>One call or several, behind the marker of the first.</summary>
    private static Term WriteCalls(TermFactory terms, ToolCallForm form, Term named, ToolCallRules rules)
    {
        Term end = terms.Text(form.AfterArguments);
        Term first = terms.Concat(Spell(terms, form, form.BeforeName[form.Marker.Length..]), named, end);
        Term others = rules.AllowsSeveral && form.BetweenCalls is { } between
            ? terms.Repeat(terms.Concat(Spell(terms, form, between), named, end), 0, Term.Unbounded)
            : terms.Epsilon;
        return terms.Concat(first, others, terms.Text(form.AfterCalls));
    }

    /// <summary>A text of the form, in which special tokens stand as such.</summary>
    private static Term Spell(TermFactory terms, ToolCallForm form, string text)
    {
        (int at, string special) = form.SpecialTokens.Values
            .Select(content => (text.IndexOf(content, StringComparison.Ordinal), content))
            .Where(found => found.Item1 >= 0).DefaultIfEmpty((-1, "")).Min();
        return at < 0 ? terms.Text(text) : terms.Concat(
            terms.Text(text[..at]), terms.Bytes(GrammarVocabulary.SpellSpecial(special), 0),
            Spell(terms, form, text[(at + special.Length)..]));
    }

    private static Term WithText(
        TermFactory terms, ToolCallForm form, Term afterMarker, ToolCallRules rules, List<string> ignored)
    {
        ToolCallLexemes lexemes = ToolCallLexemes.Of(form);
        Term calls = terms.Concat(
            terms.Text(rules.IsContinuation ? form.Separator : ""), Spell(terms, form, form.Marker), afterMarker);
        if (!rules.AllowsText) return calls;
        if (rules.TextSchema is { } schema)
        {
            (Term value, string[] relaxed) = JsonSchemaGrammar.Write(schema, terms, rules.Relaxed);
            ignored.AddRange(relaxed);
            return terms.Or(value, calls);
        }

        Term callsBehindText = form.HasSpecialMarker
            ? terms.Concat(terms.Lexeme(lexemes.Text), Spell(terms, form, form.Marker), afterMarker)
            : terms.Concat(terms.Lexeme(lexemes.UpToMarker), afterMarker);
        return terms.Or(
            terms.Lexeme(lexemes.Text), rules.AllowsTextBefore && !form.StandsAlone ? callsBehindText : calls);
    }

    private static Term WriteArguments(
        ChatTool tool, TermFactory terms, ToolCallRules rules, List<string> ignored)
    {
        try
        {
            (Term value, string[] relaxed) =
                JsonSchemaGrammar.WriteObject(DeclaredParameters.Close(tool.Parameters), terms, rules.Relaxed);
            ignored.AddRange(relaxed.Select(pointer => tool.Name + pointer));
            return value;
        }
        catch (GrammarException fault)
        {
            throw new GrammarException($"{PlaceOf(tool)}, {fault.Location}", fault.Reason);
        }
    }

    private static string PlaceOf(ChatTool tool) => $"the parameters of {tool.Name}";
}
