using Cremona.Inference.Grammar.Lexemes;
using Cremona.Inference.Grammar.Patterns;
using Cremona.Inference.Grammar.Terms;

namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>Turns shapes into the terms that write them.</summary>
internal sealed class SchemaTerms
{
    private readonly TermFactory _terms;
    private readonly SchemaShapes _shapes;
    private readonly ArrayTerms _arrays;
    private readonly ObjectTerms _objects;
    private readonly Dictionary<SchemaSet, Term> _values = [];
    private readonly Queue<(Term Rule, SchemaSet Set)> _open = [];

    public SchemaTerms(
        TermFactory terms, SchemaShapes shapes, MemberOrder order, JsonSpacing spacing = JsonSpacing.Free)
    {
        _terms = terms;
        _shapes = shapes;
        var layout = new JsonLayout(terms, spacing);
        _arrays = new ArrayTerms(
            terms, layout, RuleOf, set => FiniteValues.Find(terms.Patterns, shapes, set),
            set => shapes.Of(set).Count == 0);
        _objects = new ObjectTerms(terms, layout, RuleOf, this, order);
    }

    /// <summary>A value that meets all schemas of a set, with all that it needs.</summary>
    public Term Value(SchemaSet set)
    {
        Term root = RuleOf(set);
        Complete();
        return root;
    }

    /// <summary>As <see cref="Value"/>, but of the values only objects.</summary>
    public Term ObjectValue(SchemaSet set)
    {
        Term root = _terms.Rule("object");
        root.Body = Body(set, static shape => shape is ObjectShape);
        Complete();
        return root;
    }

    private void Complete()
    {
        while (_open.TryDequeue(out (Term Rule, SchemaSet Set) next))
            next.Rule.Body = Body(next.Set, static _ => true);
    }

    private Term Body(SchemaSet set, Func<Shape, bool> isWanted)
    {
        try
        {
            return _terms.Or([.. _shapes.Of(set).Where(isWanted).Select(ToTerm)]);
        }
        catch (GrammarException fault) when (!fault.Location.StartsWith('#'))
        {
            throw new GrammarException(_shapes.PointerOf(set, fault.Location), fault.Reason);
        }
    }

    /// <summary>A string in quotation marks.</summary>
    public Term Text(Pattern text)
    {
        if (FiniteValues.Texts(text) is { } texts)
            return _terms.Or(texts.Select(known => _terms.Text(JsonText.Quote(known))));
        Term body = text == _terms.Patterns.Anything
            ? _terms.Lexeme(StandardLexemes.AnyString)
            : _terms.Lexeme(text, LexemeEncoding.JsonString);
        return _terms.Concat(_terms.Text("\""), body, _terms.Text("\""));
    }

    private Term RuleOf(SchemaSet set)
    {
        if (_values.TryGetValue(set, out Term? rule)) return rule;
        rule = _terms.Rule(set.ToString());
        _values.Add(set, rule);
        _open.Enqueue((rule, set));
        return rule;
    }

    private Term ToTerm(Shape shape) => shape switch
    {
        WordShape word => _terms.Text(word.Word),
        NumberShape number => Number(number.Text),
        StringShape text => Text(text.Text),
        ArrayShape array => _arrays.Write(array),
        _ => _objects.Write((ObjectShape)shape),
    };

    private Term Number(Pattern text)
    {
        if (text == _shapes.Algebra.AnyNumber.Text) return _terms.Lexeme(StandardLexemes.Number);
        if (text == _shapes.Algebra.Integer.Text) return _terms.Lexeme(StandardLexemes.Integer);
        return FiniteValues.Texts(text) is { } texts
            ? _terms.Or(texts.Select(_terms.Text))
            : _terms.Lexeme(text, LexemeEncoding.Utf8);
    }
}
