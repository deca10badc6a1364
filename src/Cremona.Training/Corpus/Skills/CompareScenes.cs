using System.Globalization;

namespace Cremona.Training.Corpus.Skills;

/// <summary>Two people or things and a number for each: who is older, taller, cheaper.</summary>
internal static class CompareScenes
{
    private static readonly Measure[] Measures =
    [
        new("age.say", "older.ask", "younger.ask", 6, 90),
        new("tall.say", "taller.ask", "shorter.ask", 90, 200),
        new("refer.price.say", "dearer.ask", "cheaper.ask", 2, 200),
    ];

    public static void Write(Scene scene)
    {
        Measure measure = scene.Random.Pick(Measures);
        bool isOfThings = measure.Say == "refer.price.say";
        WordPair[] names = isOfThings
            ? [.. scene.Random.PickSome(CorpusText.Table("object"), 2)
                .Select(t => new WordPair(t.Chinese, "the " + t.English))]
            : scene.Names.People(scene.Language, 2);
        int[] numbers =
            [scene.Random.Between(measure.Low, measure.High), scene.Random.Between(measure.Low, measure.High - 1)];
        if (numbers[1] >= numbers[0]) numbers[1]++;
        string given = names.Select((n, i) => scene.Say(scene.Language, measure.Say, Subject.Named(n),
            ("x", n), ("v", WordPair.Same(numbers[i].ToString(CultureInfo.InvariantCulture))))).Aggregate(scene.Join);

        // One question, or both.
        bool asksMore = scene.Random.Percent(50);
        int count = scene.Random.Between(1, 2);
        for (int i = 0; i < count; i++, asksMore = !asksMore)
        {
            int right = numbers[0] > numbers[1] == asksMore ? 0 : 1;
            string question = scene.Say(asksMore ? measure.More : measure.Less);
            scene.User(i > 0 ? question : scene.Random.Percent(50)
                ? scene.Join(given, question)
                : scene.Say("passage.ask", ("t", WordPair.Same(given)), ("q", WordPair.Same(question))));
            ReferenceScenes.Bot(scene, scene.Say("person.tell", ("n", names[right])), names[right], [names[1 - right]]);
        }
    }

    /// <summary>Phrases that tell a number and ask for the larger and the smaller one, and the range of it.</summary>
    private sealed record Measure(string Say, string More, string Less, int Low, int High);
}
