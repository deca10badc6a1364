using System.Globalization;

namespace Cremona.Training.Corpus;

/// <summary>Invents facts about persons and things, and puts them into words.</summary>
internal static class FactMaker
{
    /// <summary>What a person has.</summary>
    public static IReadOnlyList<string> PersonAttributes { get; } =
    [
        "trade", "city", "age", "food", "drink", "hobby", "colour", "animal", "instrument", "season", "spot", "code", "years",
        "birthday", "pet",
    ];

    /// <summary>What a shop, a school or a company has.</summary>
    public static IReadOnlyList<string> ThingAttributes { get; } =
        ["owner", "place", "sells", "opens", "closes", "price", "year", "phone", "staff", "paint"];

    /// <summary>Some facts, each of another attribute.</summary>
    public static IReadOnlyList<Fact> Make(Scene scene, IReadOnlyList<string> attributes, int count) =>
        [.. scene.Random.PickSome(attributes, count).Select(a => new Fact(a, ValueOf(scene, a)))];

    /// <summary>The fact as a sentence.</summary>
    public static string Tell(Scene scene, Language language, Subject subject, Fact fact) =>
        scene.Say(language, fact.Attribute + ".say", subject, ("v", fact.Value));

    /// <summary>A question for the fact.</summary>
    public static string Ask(Scene scene, Subject subject, string attribute) =>
        scene.Say(scene.Language, attribute + ".ask", subject);

    /// <summary>One question of a key, or now and then two that ask the same in different words.</summary>
    public static IEnumerable<string> AskSome(Scene scene, Subject subject, string key)
    {
        IReadOnlyList<string> forms = scene.FormsOf(key);
        int count = scene.Random.Percent(30) ? Math.Min(2, forms.Count) : 1;
        return scene.Random.PickSome(forms, count).Select(f => scene.Fill(f, scene.Language, subject)).ToArray();
    }

    /// <summary>The answer when the fact is known: mostly the plainest sentence.</summary>
    public static string Answer(Scene scene, Subject subject, Fact fact)
    {
        string answer = scene.Random.Percent(70)
            ? scene.Fill(CorpusText.FormsOf(scene.Language, fact.Attribute + ".say", false)[0], scene.Language, subject, ("v", fact.Value))
            : Tell(scene, scene.Language, subject, fact);
        return scene.Random.Percent(8) ? scene.Say("lead") + answer : answer;
    }

    /// <summary>The answer when it is not.</summary>
    public static string DoNotKnow(Scene scene, Subject subject, string attribute)
    {
        if (scene.Random.Percent(40)) return scene.Say("unknown");
        string label = CorpusText.LabelsOf(scene.Language, attribute)[0];
        string what = scene.Language == Language.Chinese
            ? subject.Name.Chinese + (label.StartsWith('喜') ? "" : "的") + label + "。"
            : $"{subject.Possessive} {label.ToLowerInvariant()}.";
        return scene.Say("unknown.fact", ("q", WordPair.Same(what)));
    }

    /// <summary>A day of the year; the month from 0.</summary>
    public static WordPair DayName(int month, int day) =>
        new($"{month + 1}月{day}日", $"{CorpusText.Table("month")[month].English} {day}");

    private static WordPair ValueOf(Scene scene, string attribute) => attribute switch
    {
        "age" => Number(scene, 6, 90),
        "years" => Number(scene, 2, 40),
        "code" => WordPair.Same(scene.Names.Code()),
        "birthday" => DayName(scene.Random.Next(12), scene.Random.Between(1, 28)),
        "pet" => scene.Names.Pet(scene.Language),
        "owner" => scene.Names.Person(scene.Language),
        "place" => scene.NewWord("city"),
        "sells" => scene.NewWord(scene.Random.Percent(50) ? "food" : "drink"),
        "opens" => Number(scene, 5, 11),
        "closes" => Number(scene, 15, 23),
        "price" => Number(scene, 2, 300),
        "year" => Number(scene, 1850, 2023),
        "phone" => WordPair.Same(scene.Names.Digits(scene.Random.Between(5, 8))),
        "staff" => Number(scene, 3, 250),
        "paint" => scene.NewWord("colour"),
        _ => scene.NewWord(attribute),
    };

    private static WordPair Number(Scene scene, int low, int high) =>
        WordPair.Same(scene.Random.Between(low, high).ToString(CultureInfo.InvariantCulture));
}
