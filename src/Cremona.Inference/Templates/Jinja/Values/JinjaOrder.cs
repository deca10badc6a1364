namespace Cremona.Inference.Templates.Jinja.Values;

/// <summary>Equality and order of values, charged to a budget: lists may hold lists many times over.</summary>
internal readonly struct JinjaOrder(JinjaBudget budget) : IComparer<object?>
{
    /// <exception cref="JinjaException">There is too much to compare.</exception>
    public static bool AreEqual(object? left, object? right, JinjaBudget budget) =>
        new JinjaOrder(budget).AreSame(left, right);

    /// <exception cref="JinjaException">Two have no order, or there is too much to compare.</exception>
    public static object?[] Sort<T>(
        IEnumerable<T> items, Func<T, object?> key, bool isReverse, JinjaBudget budget, Func<T, object?> show)
    {
        var order = new JinjaOrder(budget);
        try
        {
            return [.. (isReverse ? items.OrderByDescending(key, order) : items.OrderBy(key, order)).Select(show)];
        }
        catch (InvalidOperationException e) when (e.InnerException is JinjaException fault)
        {
            throw fault;
        }
    }

    /// <summary>Numbers by size, texts by their code units, lists element by element.</summary>
    /// <exception cref="JinjaException">The two have no order, or there is too much to compare.</exception>
    public int Compare(object? left, object? right)
    {
        budget.Step();
        if (left is MarkedText a && right is MarkedText b)
        {
            budget.Read(Math.Min(a.Length, b.Length));
            return string.CompareOrdinal(a.Text, b.Text);
        }

        bool areNumbers = JinjaValue.TryNumber(left, out double x) & JinjaValue.TryNumber(right, out double y);
        if (areNumbers) return x.CompareTo(y);
        if (left is not IReadOnlyList<object?> first || right is not IReadOnlyList<object?> second)
            throw new JinjaException($"{JinjaValue.KindOf(left)} and {JinjaValue.KindOf(right)} have no order");

        for (int i = 0; i < Math.Min(first.Count, second.Count); i++)
        {
            int difference = Compare(first[i], second[i]);
            if (difference != 0) return difference;
        }

        return first.Count.CompareTo(second.Count);
    }

    private bool AreSame(object? left, object? right)
    {
        budget.Step();
        return (left, right) switch
        {
            _ when ReferenceEquals(left, right) => true,
            (MarkedText a, MarkedText b) => AreSameTexts(a.Text, b.Text),
            (JinjaUndefined, JinjaUndefined) => true,
            (IReadOnlyList<object?> a, IReadOnlyList<object?> b) => ListsEqual(a, b),
            (JinjaMap { IsNamespace: false } a, JinjaMap { IsNamespace: false } b) => MapsEqual(a, b),
            _ when JinjaValue.TryNumber(left, out double a) && JinjaValue.TryNumber(right, out double b) => a == b,
            _ => false,
        };
    }

    private bool AreSameTexts(string left, string right)
    {
        if (left.Length != right.Length) return false;
        budget.Read(left.Length);
        return left == right;
    }

    private bool ListsEqual(IReadOnlyList<object?> left, IReadOnlyList<object?> right)
    {
        if (left.Count != right.Count) return false;
        for (int i = 0; i < left.Count; i++)
        {
            if (!AreSame(left[i], right[i])) return false;
        }

        return true;
    }

    private bool MapsEqual(JinjaMap left, JinjaMap right)
    {
        if (left.Count != right.Count) return false;
        foreach ((MarkedText key, object? value) in left.Entries)
        {
            budget.Read(key.Length);
            if (!right.TryGet(key.Text, out object? other) || !AreSame(value, other)) return false;
        }

        return true;
    }
}
