using System.Globalization;

namespace Cremona.Training.Corpus.Skills;

/// <summary>Small reports of who did what, where and when; any part of them is asked for.</summary>
internal static class EventScenes
{
    private const int EventCountMax = 4;
    private static readonly string[] Parts = ["what", "where", "who", "when", "colour"];

    public static void Write(Scene scene)
    {
        WordPair[] objects = [.. scene.Random.PickSome(CorpusText.Table("object"), EventCountMax)];
        (string, WordPair)[][] events =
            [.. objects.Take(scene.Random.Between(1, EventCountMax)).Select(o => NewEvent(scene, o))];
        string report = events.Select(e => scene.Say("event.say", e)).Aggregate(scene.Join);

        int questionCount = scene.QuestionCount(6);
        for (int i = 0; i < questionCount; i++)
        {
            // Sometimes the same question of something that did not happen.
            bool isAbsent = events.Length < EventCountMax && scene.Random.Percent(15);
            Ask(scene, isAbsent ? NewEvent(scene, objects[^1]) : scene.Random.Pick(events), i == 0
                ? report : null, isAbsent);
        }
    }

    private static void Ask(Scene scene, (string, WordPair)[] what, string? report, bool isAbsent)
    {
        string part = scene.Random.Pick(Parts);
        string question = scene.Say($"event.{part}.ask", what);
        scene.User(report is null
            ? question
            : scene.Say("passage.ask", ("t", WordPair.Same(report)), ("q", WordPair.Same(question))));
        scene.Bot(isAbsent ? scene.Say("absent") : scene.Say($"event.{part}.tell", what));
    }

    private static (string, WordPair)[] NewEvent(Scene scene, WordPair thing)
    {
        string[] verb = scene.Random.Pick(CorpusText.Knowledge("event")).Split('|');
        WordPair time = scene.NewWord("time");
        WordPair colour = scene.NewWord("colour");
        string englishTime = char.ToUpper(time.English[0], CultureInfo.InvariantCulture) + time.English[1..];
        return
        [
            ("n", scene.Names.Person(scene.Language)), ("past", new WordPair(verb[0], verb[1])),
            ("verb", new WordPair(verb[0], verb[2])), ("x", thing), ("c", colour), ("cx", WithColour(thing, colour)),
            ("spot", scene.NewWord("spot")), ("time", time), ("Time", new WordPair(time.Chinese, englishTime)),
        ];
    }

    private static WordPair WithColour(WordPair thing, WordPair colour)
    {
        string article = colour.English[0] == 'o' ? "an" : "a";
        return new WordPair($"一个{colour.Chinese}的{thing.Chinese}", $"{article} {colour.English} {thing.English}");
    }
}
