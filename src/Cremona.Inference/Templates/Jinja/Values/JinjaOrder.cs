using System.Runtime.CompilerServices;

namespace Cremona.Inference.Templates.Jinja.Values;

/// <summary>Equality and order of values. Lists may hold lists many times over, so one comparison is bounded.</summary>
internal ref struct JinjaOrder
{
    private const int WorkMax = 1_000_000;

    private int _work;

    /// <exception cref="JinjaException">There is too much to compare.</exception>
    public static bool AreEqual(object? left, object? right)
    {
        var order = new JinjaOrder();
        return order.AreSame(left, right);
    }

    /// <summary>Numbers by size, texts by their code units, lists element by element.</summary>
    /// <exception cref="JinjaException">The two have no order, or there is too much to compare.</exception>
    public static int Compare(object? left, object? right)
    {
        var order = new JinjaOrder();
        return order.Order(left, right);
    }

    private bool AreSame(object? left, object? right)
    {
        Count();
        return (left, right) switch
        {
            _ when ReferenceEquals(left, right) => true,
            (MarkedText a, MarkedText b) => a.Text == b.Text,
            (JinjaUndefined, JinjaUndefined) => true,
            (IReadOnlyList<object?> a, IReadOnlyList<object?> b) => ListsEqual(a, b),
            (JinjaMap { IsNamespace: false } a, JinjaMap { IsNamespace: false } b) => MapsEqual(a, b),
            _ when JinjaValue.TryNumber(left, out double a) && JinjaValue.TryNumber(right, out double b) => a == b,
            _ => false,
        };
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
            if (!right.TryGet(key.Text, out object? other) || !AreSame(value, other)) return false;
        }

        return true;
    }

    private int Order(object? left, object? right)
    {
        Count();
        if (left is MarkedText a && right is MarkedText b) return string.CompareOrdinal(a.Text, b.Text);
        bool areNumbers = JinjaValue.TryNumber(left, out double x) & JinjaValue.TryNumber(right, out double y);
        if (areNumbers) return x.CompareTo(y);
        if (left is not IReadOnlyList<object?> first || right is not IReadOnlyList<object?> second)
            throw new JinjaException($"{JinjaValue.KindOf(left)} and {JinjaValue.KindOf(right)} have no order");

        for (int i = 0; i < Math.Min(first.Count, second.Count); i++)
        {
            int difference = Order(first[i], second[i]);
            if (difference != 0) return difference;
        }

        return first.Count.CompareTo(second.Count);
    }

    private void Count()
    {
        if (++_work > WorkMax || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new JinjaException("the values are too large to be compared");
    }
}
