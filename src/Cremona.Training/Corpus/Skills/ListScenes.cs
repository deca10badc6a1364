using System.Globalization;

namespace Cremona.Training.Corpus.Skills;

/// <summary>A list is given; the second one, the last one or their number is asked for. Also what comes before
/// or after Monday.</summary>
internal static class ListScenes
{
    private static readonly WordPair[] Ordinals =
        [new("一", "first"), new("二", "second"), new("三", "third"), new("四", "fourth"), new("五", "fifth"), new("六", "sixth")];

    private static readonly string[] Tables = ["object", "animal", "plant"];

    public static void Write(Scene scene)
    {
        if (scene.Random.Percent(25))
        {
            AskNext(scene);
            return;
        }

        WordPair[] items = [.. scene.Random.PickSome(CorpusText.Table(scene.Random.Pick(Tables)),
            scene.Random.Between(2, 6))];
        string list = scene.Say("list.give", ("t", WordPair.Same(Join(scene.Language, items))));
        int questionCount = scene.QuestionCount(4);
        for (int i = 0; i < questionCount; i++)
        {
            (string question, string answer) = AskOne(scene, items);
            scene.User(i == 0 ? scene.Join(list, question) : question);
            scene.Bot(answer);
        }
    }

    private static (string Question, string Answer) AskOne(Scene scene, WordPair[] items)
    {
        int place = scene.Random.Next(items.Length);
        return scene.Random.Next(4) switch
        {
            0 => (scene.Say("last.ask"), scene.Say("last.tell", ("x", items[^1]))),
            1 => (scene.Say("count.ask"), scene.Say("count.tell", ("x", WordPair.Same(items.Length.ToString(CultureInfo.InvariantCulture))))),
            _ => (scene.Say("list.ask", ("k", Ordinals[place])), scene.Say("list.tell", ("k", Ordinals[place]), ("x", items[place]))),
        };
    }

    private static void AskNext(Scene scene)
    {
        IReadOnlyList<WordPair> sequence = CorpusText.Table(scene.Random.Percent(50) ? "weekday" : "month");
        int place = scene.Random.Next(sequence.Count);
        bool asksNext = scene.Random.Percent(65);
        string key = asksNext ? "next" : "before";
        WordPair answer = sequence[(place + (asksNext ? 1 : sequence.Count - 1)) % sequence.Count];
        scene.User(scene.Say(key + ".ask", ("x", sequence[place])));
        scene.Bot(scene.Say(key + ".tell", ("x", sequence[place]), ("y", answer)));
    }

    private static string Join(Language language, WordPair[] items) => language == Language.Chinese
        ? string.Join('、', items.Select(i => i.Chinese))
        : string.Join(", ", items[..^1].Select(i => "the " + i.English)) + " and the " + items[^1].English;
}
