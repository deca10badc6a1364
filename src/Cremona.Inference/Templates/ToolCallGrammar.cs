using Cremona.Inference.Grammar;
using Cremona.Inference.Grammar.JsonSchema;
using Cremona.Inference.Grammar.Lexemes;
using Cremona.Inference.Grammar.Patterns;
using Cremona.Inference.Grammar.Terms;

namespace Cremona.Inference.Templates;

/// <summary>Answers of a model that may call functions: text that does not begin a call, or calls whose arguments meet
/// their schemas, in the model's own form. Arguments are spaced as chat templates write them, so that a call fed back
/// is the text that the model wrote.</summary>
public static class ToolCallGrammar
{
    /// <param name="form">The model's.</param>
    /// <param name="tools">Those that may be called; at least one. Used during the call only.</param>
    /// <exception cref="GrammarException">A schema is malformed, asks for what is not supported, exceeds a limit, or no
    /// object meets it; the function is named.</exception>
    public static ByteGrammar Compile(ToolCallForm form, IReadOnlyList<ChatTool> tools, ToolCallRules rules)
    {
        ArgumentOutOfRangeException.ThrowIfZero(tools.Count);
        var terms = new TermFactory();
        (ChatTool Tool, Term Arguments)[] written = [.. tools.Select(tool => (tool, WriteArguments(tool, terms)))];
        IEnumerable<Term> named = written.Select(item => terms.Concat(
            terms.Text(JsonText.Quote(item.Tool.Name) + form.BeforeArguments), item.Arguments));
        Term call = terms.Concat(terms.Text(form.BeforeName), terms.Or([.. named]), terms.Text(form.AfterArguments));
        Term next = terms.Concat(terms.Text(form.Separator), call);
        Term calls = rules.AllowsSeveral ? terms.Concat(call, terms.Repeat(next, 0, Term.Unbounded)) : call;
        var grammar = new ByteGrammar(terms, WithText(terms, form, calls, rules));
        foreach ((ChatTool tool, Term arguments) in written)
            if (!arguments.IsProductive) throw new GrammarException(PlaceOf(tool), "no object meets this schema");
        return grammar;
    }

    private static Term WithText(TermFactory terms, ToolCallForm form, Term calls, ToolCallRules rules)
    {
        if (rules.IsContinuation) calls = terms.Concat(terms.Text(form.Separator), calls);
        if (!rules.AllowsText) return calls;
        Term text = rules.TextSchema is { } schema ? JsonSchemaGrammar.Write(schema, terms) : FreeText(terms, form);
        return rules.AllowsTextBefore ? terms.Concat(text, terms.Optional(calls)) : terms.Or(text, calls);
    }

    /// <summary>Text that begins no call.</summary>
    private static Term FreeText(TermFactory terms, ToolCallForm form)
    {
        PatternFactory patterns = terms.Patterns;
        Pattern begun = patterns.Concat(patterns.Anything, patterns.Literal(form.Marker), patterns.Anything);
        return terms.Lexeme(patterns.Not(begun), LexemeEncoding.Utf8);
    }

    private static Term WriteArguments(ChatTool tool, TermFactory terms)
    {
        try
        {
            return JsonSchemaGrammar.WriteObject(tool.Parameters, terms);
        }
        catch (GrammarException fault)
        {
            throw new GrammarException($"{PlaceOf(tool)}, {fault.Location}", fault.Reason);
        }
    }

    private static string PlaceOf(ChatTool tool) => $"the parameters of {tool.Name}";
}
