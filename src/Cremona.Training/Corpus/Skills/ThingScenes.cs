using System.Globalization;

namespace Cremona.Training.Corpus.Skills;

/// <summary>Some things with their colours, sizes, places or prices, called by name, by their place in the list, or
/// as "the other one".</summary>
internal static class ThingScenes
{
    private static readonly string[] Properties = ["colour", "colour", "place", "price", "size"];

    private static readonly WordPair[] Ordinals =
    [
        new("第一个", "the first one"), new("第二个", "the second one"), new("第三个", "the third one"),
        new("第四个", "the fourth one"),
    ];

    private static readonly WordPair[] Sizes =
    [
        new("特大号", "huge"), new("大号", "large"), new("中号", "medium"), new("小号", "small"), new("特小号", "tiny"),
    ];

    private static readonly WordPair Last = new("最后一个", "the last one");

    public static void Write(Scene scene)
    {
        int count = scene.Random.Next(20) switch
        {
            < 10 => 2,
            < 17 => 3,
            _ => 4,
        };
        string property = scene.Random.Pick(Properties);
        WordPair[] things = [.. scene.Random.PickSome(CorpusText.Table("object"), count)];
        var all = new Things(property, things, Values(scene, property, count));

        string given = Tell(scene, all);
        bool isAcknowledged = scene.Random.Percent(35);
        if (isAcknowledged)
        {
            scene.User(given);
            scene.Bot(scene.Say("user.ack"));
        }

        int questionCount = scene.QuestionCount(count + 2);
        int last = -1;
        for (int i = 0; i < questionCount; i++)
        {
            string? before = i == 0 && !isAcknowledged ? given : null;
            last = scene.Random.Percent(25) ? AskWhich(scene, all, before) : AskValue(scene, all, before, last);
        }
    }

    private static WordPair[] Values(Scene scene, string property, int count) => property switch
    {
        "colour" => [.. scene.Random.PickSome(CorpusText.Table("colour"), count)],
        "size" => [.. scene.Random.PickSome(Sizes, count)],
        "place" => [.. scene.Random.PickSome(CorpusText.Table("spot"), count)],
        _ => [.. scene.Random.PickSome([.. Enumerable.Range(2, 98)], count)
            .Select(p => WordPair.Same(p.ToString(CultureInfo.InvariantCulture)))],
    };

    private static string Tell(Scene scene, Things all)
    {
        WordPair[] values = all.Values;
        if (all.Property == "colour" && scene.Random.Percent(65))
        {
            WordPair[] coloured = [.. all.Names.Select((n, i) => Coloured(n, values[i]))];
            return scene.Say("refer.give", ("t", WordPair.Same(Join(scene.Language, coloured))));
        }

        return all.Names.Select((n, i) => scene.Say($"refer.{all.Property}.say", ("x", The(n)), ("v", values[i])))
            .Aggregate(scene.Join);
    }

    // The value of a thing; after another question of this kind a short one will do.
    private static int AskValue(Scene scene, Things all, string? before, int last)
    {
        int place = scene.Random.Next(all.Names.Length);
        string key = $"refer.{all.Property}.ask";
        if (last >= 0 && scene.Random.Percent(55))
        {
            place = (last + scene.Random.Between(1, all.Names.Length - 1)) % all.Names.Length;
            bool isPair = all.Names.Length == 2;
            key = scene.Random.Percent(25) ? "refer.correct.ask"
                : isPair && scene.Random.Percent(40) ? "refer.other.ask" : "refer.more.ask";
        }

        WordPair name = NameOf(scene, all, place);
        string question = scene.Say(key, ("x", name), ("o", name));
        scene.User(before is null ? question : scene.Join(before, question));
        string answer = scene.Say($"refer.{all.Property}.tell", ("v", all.Values[place]), ("x", The(all.Names[place])));
        ReferenceScenes.Bot(scene, answer, all.Values[place], all.Values.Where((_, i) => i != place));
        return place;
    }

    // The other way round: the thing of a value. No short question can follow.
    private static int AskWhich(Scene scene, Things all, string? before)
    {
        int place = scene.Random.Next(all.Names.Length);
        string question = scene.Say($"refer.{all.Property}.which.ask", ("v", all.Values[place]));
        scene.User(before is null ? question : scene.Join(before, question));
        string answer = scene.Say(
            $"refer.{all.Property}.which.tell", ("v", all.Values[place]), ("x", The(all.Names[place])));
        ReferenceScenes.Bot(scene, answer, all.Names[place], all.Names.Where((_, i) => i != place));
        return -1;
    }

    private static WordPair NameOf(Scene scene, Things all, int place)
    {
        if (scene.Random.Percent(50)) return The(all.Names[place]);
        bool isLast = all.Names.Length > 2 && place == all.Names.Length - 1;
        return isLast && scene.Random.Percent(50) ? Last : Ordinals[place];
    }

    private static WordPair The(WordPair thing) => new(thing.Chinese, "the " + thing.English);

    private static WordPair Coloured(WordPair thing, WordPair colour) => new(
        $"一个{colour.Chinese}的{thing.Chinese}",
        $"{(colour.English[0] == 'o' ? "an" : "a")} {colour.English} {thing.English}");

    private static string Join(Language language, WordPair[] items) => language == Language.Chinese
        ? string.Join('、', items[..^1].Select(i => i.Chinese)) + "和" + items[^1].Chinese
        : string.Join(", ", items[..^1].Select(i => i.English)) + " and " + items[^1].English;

    /// <summary>The things in their order, and what each has of one property.</summary>
    private sealed record Things(string Property, WordPair[] Names, WordPair[] Values);
}
