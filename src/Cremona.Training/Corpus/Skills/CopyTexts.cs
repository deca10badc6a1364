using System.Globalization;

namespace Cremona.Training.Corpus.Skills;

/// <summary>Texts to copy: words, sentences and characters, and what no word list has: letters, identifiers, addresses,
/// dates, amounts and marks. Every pair of letters and every character is at times something the model must
/// write.</summary>
internal static class CopyTexts
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyz";

    private static readonly string[] Joints = ["_", "-", ".", " ", "", "/"];
    private static readonly string[] Marks =
        [.. ".,!?:;-+=*/#%&@~^$_'()[]".Select(c => c.ToString())];

    private static readonly string[] Tables =
    [
        "trade", "city", "food", "drink", "hobby", "colour", "animal", "instrument", "season", "weather", "weekday",
        "month", "spot", "object", "plant", "adjective", "relative", "time", "kind", "brand",
    ];

    /// <summary>A text in the scene's language, or in none.</summary>
    /// <param name="scene">Its language, its words and its split.</param>
    /// <param name="unitCountMax">Words, characters or strings at most.</param>
    public static string Any(Scene scene, int unitCountMax)
    {
        scene.ForgetWords();
        int count = scene.Random.Between(1, unitCountMax);
        int fewer = Math.Min(count, 6);
        return scene.Random.Next(12) switch
        {
            0 => scene.Say("prose.any"),
            1 => Sentence(scene),
            2 => Listed(scene, fewer, () => scene.Names.Person(scene.Language)),
            3 or 4 => Listed(scene, fewer, () => scene.NewWord(scene.Random.Pick(Tables))),
            5 or 6 => Plain(scene, count),
            7 => string.Join(' ', Repeat(fewer, () => scene.Random.Percent(50) ? scene.Names.Code() : Number(scene))),
            8 or 9 => Strings(scene, fewer),
            10 => Written(scene),
            _ => Mixed(scene, fewer),
        };
    }

    /// <summary>Lower-case letters drawn evenly.</summary>
    public static string LowerCase(Scene scene, int count) => string.Concat(Repeat(count, () => Letter(scene)));

    private static string Sentence(Scene scene)
    {
        Fact fact = FactMaker.Make(scene, FactMaker.PersonAttributes, 1)[0];
        Subject subject = Subject.Named(scene.Names.Person(scene.Language));
        return FactMaker.Tell(scene, scene.Language, subject, fact);
    }

    private static string Plain(Scene scene, int count) => scene.Language == Language.Chinese
        ? scene.Names.Han(count + 1)
        : string.Join(' ', Repeat(count, () => Word(scene)));

    private static string Word(Scene scene) =>
        scene.Random.Percent(25) ? scene.Names.Invented() : scene.Random.Pick(CorpusText.NameParts("common"));

    private static string Listed(Scene scene, int count, Func<WordPair> make) => string.Join(
        scene.Language == Language.Chinese ? "、" : ", ", Repeat(count, () => make().In(scene.Language)));

    private static string Strings(Scene scene, int count) => scene.Random.Percent(40)
        ? string.Join(scene.Random.Pick(Joints),
            Repeat(Math.Min(count, 4), () => LowerCase(scene, scene.Random.Between(2, 8))))
        : string.Join(scene.Random.Percent(50) ? " " : ", ", Repeat(Math.Min(count, 3), () => Identifier(scene)));

    private static string Identifier(Scene scene)
    {
        string[] words = [.. Repeat(scene.Random.Between(1, 3), () => scene.Random.Percent(70)
            ? scene.Random.Pick(CorpusText.NameParts("common"))
            : LowerCase(scene, scene.Random.Between(2, 5)))];
        return scene.Random.Next(4) switch
        {
            0 => words[0] + string.Concat(words[1..].Select(Capitalized)),
            1 => string.Concat(words.Select(Capitalized)),
            2 => $"{string.Join('_', words)}_{scene.Random.Between(1, 99)}",
            _ => string.Join('_', words),
        };
    }

    // An address, a date, a time, an amount.
    private static string Written(Scene scene) => scene.Random.Next(8) switch
    {
        0 => $"{LowerCase(scene, scene.Random.Between(2, 7))}@{Identifier(scene).ToLowerInvariant()}.com",
        1 => $"https://{LowerCase(scene, scene.Random.Between(3, 8))}.org/{Identifier(scene)}",
        2 => $"{scene.Random.Between(1950, 2049)}-{Two(scene, 1, 12)}-{Two(scene, 1, 28)}",
        3 => $"{Two(scene, 0, 23)}:{Two(scene, 0, 59)}",
        4 => $"${scene.Random.Between(1, 999)}.{Two(scene, 0, 99)}",
        5 => $"￥{scene.Random.Between(1, 9999)}",
        6 => $"{Identifier(scene)} = {scene.Names.Digits(scene.Random.Between(1, 5))}",
        _ => $"+{scene.Random.Between(1, 99)} {scene.Names.Digits(3)} {scene.Names.Digits(scene.Random.Between(4, 8))}",
    };

    // Chinese, Latin, digits and marks in one string.
    private static string Mixed(Scene scene, int count) => string.Concat(Repeat(count + 1, () => Piece(scene)));

    private static string Piece(Scene scene) => scene.Random.Next(7) switch
    {
        0 => scene.Names.Han(scene.Random.Between(1, 4)),
        1 => LowerCase(scene, scene.Random.Between(1, 4)),
        2 => LowerCase(scene, scene.Random.Between(1, 3)).ToUpperInvariant(),
        3 => scene.Names.Digits(scene.Random.Between(1, 4)),
        4 => scene.Random.Pick(CommonCharacters.Punctuation).ToString(),
        5 => scene.Random.Pick(Marks),
        _ => scene.NewWord(scene.Random.Pick(Tables)).In(scene.Language),
    };

    private static string Number(Scene scene) => scene.Names.Digits(scene.Random.Between(1, 9));

    private static string Two(Scene scene, int low, int high) =>
        scene.Random.Between(low, high).ToString("00", CultureInfo.InvariantCulture);

    private static string Letter(Scene scene) => Letters[scene.Random.Next(Letters.Length)].ToString();

    private static string Capitalized(string word) => char.ToUpperInvariant(word[0]) + word[1..];

    private static IEnumerable<string> Repeat(int count, Func<string> make) =>
        Enumerable.Range(0, count).Select(_ => make());
}
