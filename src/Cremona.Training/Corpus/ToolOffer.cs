namespace Cremona.Training.Corpus;

/// <summary>A function as one dialogue offers it: under one of its names, with one name for each parameter.</summary>
internal sealed class ToolOffer
{
    // A parameter of an invented function and what a request adds for it.
    private static readonly ToolParameter[] InventedParameters =
    [
        new(["person", "for", "customer"], "person", new WordPair("给谁", "For whom")),
        new(["day", "date", "when"], "weekday", new WordPair("哪一天", "The day")),
        new(["city", "place", "where"], "city", new WordPair("地点", "The place")),
        new(["count", "times", "quantity"], "count", new WordPair("次数", "How often")),
        new(["colour", "color"], "colour", new WordPair("颜色", "The colour")),
    ];

    private readonly ToolKind _kind;
    private readonly string[] _parameterNames;
    private readonly (string Slot, WordPair Value)[] _words;

    private ToolOffer(ToolKind kind, string name, string[] parameterNames, (string, WordPair)[] words) =>
        (_kind, Name, _parameterNames, _words) = (kind, name, parameterNames, words);

    public string Name { get; }

    public string Key => _kind.Key;

    /// <summary>One of the generator's functions.</summary>
    public static ToolOffer Of(Scene scene, ToolKind kind) => new(
        kind, Styled(scene, scene.Random.Pick(kind.Names)),
        [.. kind.Parameters.Select(p => scene.Random.Pick(p.Names))], []);

    /// <summary>A function of a verb and a thing, so that there are more of them than can be learned by
    /// heart.</summary>
    public static ToolOffer Invent(Scene scene)
    {
        string[] verb = scene.Random.Pick(CorpusText.Verbs);
        WordPair thing = scene.NewWord("object");
        var does = new WordPair(verb[1] + thing.Chinese, char.ToUpperInvariant(verb[2][0]) + verb[2][1..] + " the " + thing.English);
        ToolParameter[] parameters = [.. scene.Random.PickSome(InventedParameters, scene.Random.Between(0, 2))];
        string name = $"{verb[0]}_{thing.English.Replace(' ', '_')}";
        return new ToolOffer(
            new ToolKind("invented", [name], does, parameters), Styled(scene, name),
            [.. parameters.Select(p => scene.Random.Pick(p.Names))],
            [("verb", new WordPair(verb[1], verb[2])), ("object", thing)]);
    }

    /// <summary>Its definition as a system text has it.</summary>
    public string Json(Language language)
    {
        var members = _kind.Parameters.Zip(_parameterNames).Select(p => (p.Second, Json(p.First, language)));
        return CorpusJson.Object(
        [
            ("name", CorpusJson.Text(Name)), ("description", CorpusJson.Text(_kind.Does.In(language))),
            ("parameters", CorpusJson.Object(
                [("type", CorpusJson.Text("object")), ("properties", CorpusJson.Object(members))])),
        ]);
    }

    private static string Json(ToolParameter parameter, Language language)
    {
        IEnumerable<string> listed = parameter.Listed.Select(v => CorpusJson.Text(v.In(language)));
        return CorpusJson.Object(
        [
            ("type", CorpusJson.Text(parameter.Type)),
            ("description", CorpusJson.Text(parameter.Means.In(language))),
            .. parameter.Listed.Count == 0 ? Array.Empty<(string, string)>() : [("enum", CorpusJson.Array(listed))],
        ]);
    }

    /// <summary>What a user says who needs it, and the arguments that follow.</summary>
    public (string Text, IReadOnlyList<(string Name, string Json)> Arguments) Request(Scene scene)
    {
        scene.ForgetWords();
        WordPair[] values = [.. _kind.Parameters.Select(p => p.NewValue(scene))];
        if (_kind.Key == "invented") return RequestInvented(scene, values);

        string form = scene.Random.Pick(scene.FormsOf($"tool.{_kind.Key}.user"));
        int[] said = [.. Enumerable.Range(0, values.Length).Where(i =>
            Mentions(form, _kind.Parameters[i].Names[0]))];
        string text = scene.Fill(form, scene.Language, Subject.I,
            [.. said.Select(i => (_kind.Parameters[i].Names[0], values[i]))]);
        return (text, Arguments(scene, values, said));
    }

    private (string Text, IReadOnlyList<(string Name, string Json)> Arguments) RequestInvented(
        Scene scene, WordPair[] values)
    {
        string form = scene.Random.Pick(scene.FormsOf("tool.invented.user"));
        bool isPlain = !form.Contains("{extra}", StringComparison.Ordinal);
        string extra = isPlain ? "" : string.Concat(_kind.Parameters.Select((p, i) =>
            scene.Say($"tool.invented.{p.Names[0]}", ("x", values[i]))));
        string text = scene.Fill(form, scene.Language, Subject.I, [.. _words, ("extra", WordPair.Same(extra))]);
        return (text, Arguments(scene, values, isPlain ? [] : [.. Enumerable.Range(0, values.Length)]));
    }

    private List<(string Name, string Json)> Arguments(Scene scene, WordPair[] values, int[] said) =>
        [.. said.Select(i => (_parameterNames[i], _kind.Parameters[i].Json(values[i], scene.Language)))];

    // With an article or without.
    private static bool Mentions(string form, string slot) =>
        form.Contains("{" + slot + "}", StringComparison.Ordinal)
        || form.Contains("{a " + slot + "}", StringComparison.Ordinal);

    // get_weather, getWeather or get-weather.
    private static string Styled(Scene scene, string name) => scene.Random.Next(10) switch
    {
        < 7 => name,
        < 9 => string.Concat(name.Split('_').Select((w, i) => i == 0 ? w : char.ToUpperInvariant(w[0]) + w[1..])),
        _ => name.Replace('_', '-'),
    };
}
