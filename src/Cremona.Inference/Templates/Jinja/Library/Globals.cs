using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Library;

/// <summary>The functions that every template can call.</summary>
internal static class Globals
{
    private const int RangeCountMax = 1_000_000;

    public static void AddTo(JinjaScope scope, DateTime now)
    {
        void Add(string name, string[]? parameters, Func<JinjaBudget, JinjaArguments, object?> call) =>
            scope[name] = new JinjaFunction(
                name, (budget, arguments) => call(budget, arguments.Only(name, parameters)));

        Add("range", ["start", "stop", "step"], Range);
        Add("namespace", null, (budget, arguments) => Map(budget, arguments, isNamespace: true));
        Add("dict", null, (budget, arguments) => Map(budget, arguments, isNamespace: false));
        Add("raise_exception", ["message"], (budget, arguments) =>
            throw new JinjaException(JinjaText.Of(arguments.Get(0, "message"), budget).Text) { IsRaised = true });
        Add("strftime_now", ["format"], (budget, arguments) =>
            Time(budget, arguments.Text(0, "format").Text, now));
        Add("joiner", ["sep"], (_, arguments) => Joiner(arguments));
    }

    private static object?[] Range(JinjaBudget budget, JinjaArguments arguments)
    {
        if (arguments.Named.Count > 0) throw new JinjaException("range takes no arguments by name");
        bool hasStart = arguments.Positional.Count > 1;
        long start = hasStart ? arguments.Integer(0, "start", 0) : 0;
        long stop = arguments.Integer(hasStart ? 1 : 0, "stop", 0);
        long step = arguments.Integer(2, "step", 1);
        if (step == 0) throw new JinjaException("the step of a range is 0");
        double count = Math.Max(0, Math.Ceiling(((double)stop - start) / step));
        if (count > RangeCountMax) throw new JinjaException($"a range has {count} numbers, at most {RangeCountMax} are possible");
        budget.Step((int)count);
        var numbers = new object?[(int)count];
        for (int i = 0; i < numbers.Length; i++) numbers[i] = start + (i * step);
        return numbers;
    }

    private static JinjaMap Map(JinjaBudget budget, JinjaArguments arguments, bool isNamespace)
    {
        var map = new JinjaMap(isNamespace);
        if (arguments.Positional.Count > 1) throw new JinjaException("a mapping is made of one value and named ones");
        foreach (object? given in arguments.Positional)
        {
            foreach ((MarkedText key, object? value) in Entries(budget, given))
            {
                budget.Read(key.Length);
                map.Set(key, value);
            }
        }

        foreach ((string name, object? value) in arguments.Named) map.Set(name, value);
        return map;
    }

    /// <summary>Those of a mapping, or pairs of a key and a value.</summary>
    private static IEnumerable<(MarkedText Key, object? Value)> Entries(JinjaBudget budget, object? given)
    {
        if (given is JinjaMap map)
        {
            budget.Step(map.Count);
            return map.Entries;
        }

        IReadOnlyList<object?> pairs = JinjaValue.Elements(given, budget);
        budget.Step(pairs.Count);
        return pairs.Select(pair => JinjaValue.Elements(pair, budget) is [MarkedText key, var value]
            ? (key, value)
            : throw new JinjaException("a mapping is made of pairs of a text and a value"));
    }

    private static MarkedText Time(JinjaBudget budget, string format, DateTime now)
    {
        budget.Characters(format.Length * (long)TimeFormat.GrowthMax);
        return new MarkedText(TimeFormat.Write(format, now));
    }

    private static JinjaFunction Joiner(JinjaArguments arguments)
    {
        MarkedText separator = arguments.FindText(0, "sep") ?? new MarkedText(", ");
        bool isFirst = true;
        return new JinjaFunction("joiner", (_, _) =>
        {
            MarkedText text = isFirst ? MarkedText.Empty : separator;
            isFirst = false;
            return text;
        });
    }
}
