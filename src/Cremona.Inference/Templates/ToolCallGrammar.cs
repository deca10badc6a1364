using Cremona.Inference.Grammar;
using Cremona.Inference.Grammar.JsonSchema;
using Cremona.Inference.Grammar.Lexemes;
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
                terms.Text(form.Write(item.Tool.Name)),
                form.BeforeId is { } before
                    ? terms.Concat(Spell(terms, form, before), terms.Lexeme(ToolCallLexemes.Id))
                    : terms.Epsilon,
                Spell(terms, form, form.BeforeArguments), item.Arguments)),
        ];
        Term afterMarker = WriteCalls(terms, form, terms.Or(named), rules);
        LexemeAutomaton text = form.StandsAlone
            ? ToolCallLexemes.WithoutHeads(form.HeadsOf([.. tools.Select(tool => tool.Name), .. rules.ShownNames]))
            : ToolCallLexemes.Of(form).Text;
        Term root = WithText(terms, form, text, afterMarker, rules, ignored);
        var grammar = new ByteGrammar(terms, root) { IgnoredKeywords = ignored };
        foreach ((ChatTool tool, Term arguments) in written)
            if (!arguments.IsProductive) throw new GrammarException(PlaceOf(tool), "no object meets this schema");
        return grammar;
    }

    /// <summary>One call or several, behind the marker of the first.</summary>
    private static Term WriteCalls(TermFactory terms, ToolCallForm form, Term named, ToolCallRules rules)
    {
        Term end = Spell(terms, form, form.AfterArguments);
        Term first = terms.Concat(Spell(terms, form, form.BeforeName[form.Marker.Length..]), named, end);
        Term others = rules.AllowsSeveral && form.BetweenCalls is { } between
            ? terms.Repeat(terms.Concat(Spell(terms, form, between), named, end), 0, Term.Unbounded)
            : terms.Epsilon;
        return terms.Concat(first, others, Spell(terms, form, form.AfterCalls));
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
        TermFactory terms, ToolCallForm form, LexemeAutomaton text, Term afterMarker, ToolCallRules rules,
        List<string> ignored)
    {
        Term before = form.StandsAlone // the first token of a tokenizer that writes a space before the text has one
            ? terms.Optional(terms.Text(" "))
            : terms.Text(rules.IsContinuation ? form.Separator : "");
        Term calls = terms.Concat(before, Spell(terms, form, form.Marker), afterMarker);
        if (!rules.AllowsText) return calls;
        if (rules.TextSchema is { } schema)
        {
            (Term value, string[] relaxed) = JsonSchemaGrammar.Write(schema, terms, rules.Relaxed);
            ignored.AddRange(relaxed);
            return terms.Or(value, calls);
        }

        if (form.StandsAlone || !rules.AllowsTextBefore) return terms.Or(terms.Lexeme(text), calls);
        return terms.Or(terms.Lexeme(text), form.HasSpecialMarker
            ? terms.Concat(terms.Lexeme(text), Spell(terms, form, form.Marker), afterMarker)
            : terms.Concat(terms.Lexeme(ToolCallLexemes.Of(form).UpToMarker), afterMarker));
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
