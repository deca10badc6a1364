using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary><c>{% for a, b in c if d %}</c> with <c>loop</c> and an else for when there was nothing.</summary>
internal sealed class ForStatement(
    int line, IReadOnlyList<string> names, Expression items, Expression? condition, IReadOnlyList<Statement> body,
    IReadOnlyList<Statement> otherwise) : Statement(line)
{
    private const string Loop = "loop";

    // A round makes a scope and the loop's variable, which takes about as long as this many steps.
    private const int StepsPerRound = 10;

    protected override LoopStep Run(JinjaScope scope, MarkedTextBuilder output)
    {
        scope.Budget.Enter();
        IReadOnlyList<object?> elements = Filter(JinjaValue.Elements(items.Evaluate(scope), scope.Budget), scope);
        LoopStep step = LoopStep.Next;
        if (elements.Count == 0) step = RenderAll(otherwise, scope, output);
        var changes = new LoopChanges();
        for (int i = 0; i < elements.Count; i++)
        {
            scope.Budget.Step(StepsPerRound);
            var inner = new JinjaScope(scope);
            inner[Loop] = LoopVariable(elements, i, changes);
            Assign(inner, elements[i]);
            if (RenderAll(body, inner, output) == LoopStep.Break) break;
        }

        scope.Budget.Leave();
        return step;
    }

    private IReadOnlyList<object?> Filter(IReadOnlyList<object?> elements, JinjaScope scope)
    {
        if (condition is null) return elements;
        var kept = new List<object?>();
        foreach (object? element in elements)
        {
            var inner = new JinjaScope(scope);
            Assign(inner, element);
            if (JinjaValue.IsTrue(condition.Evaluate(inner))) kept.Add(element);
        }

        return kept;
    }

    private void Assign(JinjaScope scope, object? element) => SetStatement.Assign(scope, names, element);

    private static JinjaMap LoopVariable(IReadOnlyList<object?> elements, int i, LoopChanges changes)
    {
        var loop = new JinjaMap();
        int count = elements.Count;
        loop.Set("index", i + 1L);
        loop.Set("index0", (long)i);
        loop.Set("revindex", (long)(count - i));
        loop.Set("revindex0", count - i - 1L);
        loop.Set("first", i == 0);
        loop.Set("last", i == count - 1);
        loop.Set("length", (long)count);
        loop.Set("previtem", i > 0 ? elements[i - 1] : new JinjaUndefined("loop.previtem"));
        loop.Set("nextitem", i + 1 < count ? elements[i + 1] : new JinjaUndefined("loop.nextitem"));
        loop.Set("cycle", new JinjaFunction("cycle", (_, arguments) => arguments.Positional.Count > 0
            ? arguments.Positional[i % arguments.Positional.Count]
            : throw new JinjaException("loop.cycle has no arguments")));
        loop.Set("changed", new JinjaFunction("changed", (budget, arguments) => changes.Note(arguments.Positional, budget)));
        return loop;
    }

    /// <summary>What <c>loop.changed</c> was called with last.</summary>
    private sealed class LoopChanges
    {
        private IReadOnlyList<object?>? _last;

        public bool Note(IReadOnlyList<object?> values, JinjaBudget budget)
        {
            bool isChanged = _last is null || !JinjaOrder.AreEqual(_last, values, budget);
            _last = values;
            return isChanged;
        }
    }
}
