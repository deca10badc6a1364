using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Library;

/// <summary>The functions that every template can call.</summary>
internal static class Globals
{
    private const int RangeCountMax = 1_000_000;

    public static void AddTo(JinjaScope scope, DateTime now)
    {
        scope["range"] = new JinjaFunction("range", Range);
        scope["namespace"] = new JinjaFunction("namespace", (budget, arguments) => Map(budget, arguments, isNamespace: true));
        scope["dict"] = new JinjaFunction("dict", (budget, arguments) => Map(budget, arguments, isNamespace: false));
        scope["raise_exception"] = new JinjaFunction("raise_exception", (budget, arguments) =>
            throw new JinjaException(JinjaText.Of(arguments.Get(0, "message"), budget).Text) { IsRaised = true });
        scope["strftime_now"] = new JinjaFunction("strftime_now", (budget, arguments) =>
            Time(budget, arguments.Text(0, "format").Text, now));
        scope["joiner"] = new JinjaFunction("joiner", (_, arguments) => Joiner(arguments));
    }

    private static object?[] Range(JinjaBudget budget, JinjaArguments arguments)
    {
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
        if (arguments.Positional is [JinjaMap given, ..])
        {
            budget.Step(given.Count);
            foreach ((MarkedText key, object? value) in given.Entries)
            {
                budget.Read(key.Length);
                map.Set(key, value);
            }
        }

        foreach ((string name, object? value) in arguments.Named) map.Set(name, value);
        return map;
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
