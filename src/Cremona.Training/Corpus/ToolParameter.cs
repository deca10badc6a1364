using System.Globalization;

namespace Cremona.Training.Corpus;

/// <summary>A parameter of a function.</summary>
/// <param name="Names">The first is its slot in the requests; one is chosen for each dialogue.</param>
/// <param name="Kind">What its values are: a table of words, or a kind of number or name; <c>any of</c> or
/// <c>one of</c> with the values themselves, which the definition then lists for <c>one of</c>.</param>
/// <param name="Means">Its description.</param>
internal sealed record ToolParameter(IReadOnlyList<string> Names, string Kind, WordPair Means)
{
    private const string AnyOf = "any of ";
    private const string OneOf = "one of ";

    private static readonly string[] Counted = ["hour", "minutes", "degrees", "count", "price", "percent"];
    private static readonly string[] FileTypes = ["pdf", "txt", "jpg", "xlsx", "docx"];
    private static readonly string[] Signs = ["+", "-", "×"];
    private static readonly string[] Quarters = ["00", "15", "30", "45"];
    private static readonly WordPair On = new("打开", "on");
    private static readonly WordPair Off = new("关闭", "off");

    /// <summary>The JSON type of its values.</summary>
    public string Type => Counted.Contains(Kind) ? "integer" : Kind == "switch" ? "boolean" : "string";

    /// <summary>All its values, if the definition lists them.</summary>
    public IReadOnlyList<WordPair> Listed { get; } = OptionsAfter(OneOf, Kind);

    private IReadOnlyList<WordPair> Options { get; } = [.. OptionsAfter(AnyOf, Kind), .. OptionsAfter(OneOf, Kind)];

    /// <summary>Reads <c>names = kind : Chinese|English</c>.</summary>
    public static ToolParameter Parse(string line)
    {
        string[] parts = line.Split([" = ", " : "], StringSplitOptions.None);
        string[] means = parts[2].Split('|');
        return new ToolParameter(parts[0].Split('|'), parts[1], new WordPair(means[0], means[1]));
    }

    /// <summary>A value, as a request says it.</summary>
    public WordPair NewValue(Scene scene) => Kind switch
    {
        "hour" => Number(scene, 5, 23),
        "minutes" => Number(scene, 2, 90),
        "degrees" => Number(scene, 14, 28),
        "count" => Number(scene, 2, 12),
        "price" => Number(scene, 5, 900),
        "percent" => Number(scene, 5, 100),
        "code" => WordPair.Same(scene.Names.Code()),
        "digits" => WordPair.Same(scene.Names.Digits(scene.Random.Between(4, 8))),
        "file" => WordPair.Same($"{scene.Names.Handle()}.{scene.Random.Pick(FileTypes)}"),
        "email" => WordPair.Same($"{scene.Names.Handle()}@{scene.Names.Handle()}.com"),
        "sum" => WordPair.Same(
            $"{Number(scene, 12, 999).English}{scene.Random.Pick(Signs)}{Number(scene, 2, 99).English}"),
        "moment" => WordPair.Same($"{Number(scene, 6, 22).English}:{scene.Random.Pick(Quarters)}"),
        "date" => FactMaker.DayName(scene.Random.Next(12), scene.Random.Between(1, 28)),
        "switch" => scene.Random.Percent(50) ? On : Off,
        "person" => scene.Names.Person(scene.Language),
        "text" => WordPair.Same(scene.Say("line")),
        "currency" => scene.Random.Pick(Currencies),
        "language" => scene.Random.Pick(Languages),
        _ when Options.Count > 0 => scene.Random.Pick(Options),
        _ => scene.NewWord(Kind.TrimEnd('2')),
    };

    /// <summary>A value as an argument of a call.</summary>
    public string Json(WordPair value, Language language) => Type switch
    {
        "integer" => value.In(language),
        "boolean" => value == On ? "true" : "false",
        _ => CorpusJson.Text(value.In(language)),
    };

    private static readonly WordPair[] Currencies =
    [
        new("欧元", "euros"), new("美元", "dollars"), new("日元", "yen"), new("英镑", "pounds"), new("法郎", "francs"),
        new("韩元", "won"), new("卢布", "roubles"), new("比索", "pesos"),
    ];

    private static readonly WordPair[] Languages =
    [
        new("英语", "English"), new("法语", "French"), new("德语", "German"), new("日语", "Japanese"),
        new("中文", "Chinese"), new("西班牙语", "Spanish"), new("韩语", "Korean"), new("俄语", "Russian"),
        new("意大利语", "Italian"), new("葡萄牙语", "Portuguese"), new("阿拉伯语", "Arabic"),
    ];

    private static WordPair[] OptionsAfter(string start, string kind) =>
        kind.StartsWith(start, StringComparison.Ordinal)
            ? [.. kind[start.Length..].Split(", ").Select(o => o.Split('/')).Select(o => new WordPair(o[0], o[1]))]
            : [];

    private static WordPair Number(Scene scene, int low, int high) =>
        WordPair.Same(scene.Random.Between(low, high).ToString(CultureInfo.InvariantCulture));
}
