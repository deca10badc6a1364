using System.Globalization;

namespace Cremona.Training.Corpus;

/// <summary>A parameter of a function.</summary>
/// <param name="Names">The first is its slot in the requests; one is chosen for each dialogue.</param>
/// <param name="Kind">What its values are: a table of words, or a kind of number or name.</param>
/// <param name="Means">Its description.</param>
internal sealed record ToolParameter(IReadOnlyList<string> Names, string Kind, WordPair Means)
{
    private static readonly string[] Counted = ["hour", "minutes", "degrees", "count", "price"];

    /// <summary>Its values are whole numbers, not texts.</summary>
    public bool IsNumber => Counted.Contains(Kind);

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
        "code" => WordPair.Same(scene.Names.Code()),
        "digits" => WordPair.Same(scene.Names.Digits(scene.Random.Between(4, 8))),
        "person" => scene.Names.Person(scene.Language),
        "text" => WordPair.Same(scene.Say("line")),
        "currency" => scene.Random.Pick(Currencies),
        "language" => scene.Random.Pick(Languages),
        _ => scene.NewWord(Kind.TrimEnd('2')),
    };

    private static readonly WordPair[] Currencies =
    [
        new("欧元", "euros"), new("美元", "dollars"), new("日元", "yen"), new("英镑", "pounds"), new("法郎", "francs"),
    ];

    private static readonly WordPair[] Languages =
    [
        new("英语", "English"), new("法语", "French"), new("德语", "German"), new("日语", "Japanese"),
        new("中文", "Chinese"), new("西班牙语", "Spanish"),
    ];

    private static WordPair Number(Scene scene, int low, int high) =>
        WordPair.Same(scene.Random.Between(low, high).ToString(CultureInfo.InvariantCulture));
}
