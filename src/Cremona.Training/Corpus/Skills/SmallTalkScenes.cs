namespace Cremona.Training.Corpus.Skills;

/// <summary>Greetings, thanks, goodbyes, moods, everyday news and who the assistant is when nobody has told it
/// otherwise.</summary>
internal static class SmallTalkScenes
{
    /// <summary>The assistant's name when no system text gives it another.</summary>
    public const string DefaultName = "Cremona";

    /// <summary>Topics that ask for nothing a function could do.</summary>
    public static IReadOnlyList<string> PlainTopics { get; } =
    [
        "greet", "how", "thanks", "who", "praise", "bye", "glad", "greet", "thanks", "who", "human", "sorry", "yes",
        "no", "wait", "love", "friend", "laugh", "meet", "agree", "wrong", "complain", "mean", "maker", "feelings",
        "back", "there",
    ];

    private static readonly string[] MeasuredTopics = ["greet", "thanks", "who"];

    private static readonly string[] Openings =
        ["greet", "greet", "greet", "greet", "greet", "morning", "evening", "meet"];

    private static readonly string[] Frequent =
        ["who", "who", "who", "thanks", "thanks", "how", "can", "human", "help", "sorry", "praise", "yes"];

    private static readonly string[] Others =
    [
        "there", "back", "question", "complain", "wrong", "mean", "languages", "maker", "work", "feelings",
        "favourite", "busy", "friend", "love", "weather", "eat", "drink", "meal", "bored", "sad", "glad",
        "sleepless", "no", "agree", "wait", "stop", "laugh", "joke", "something", "date", "online", "birthday",
        "newyear", "congrats", "exam", "stress", "newjob", "courage", "sick", "travel", "home", "pet", "music",
        "sport", "weekend", "film", "gift", "miss", "quarrel", "lost", "broken", "late", "money", "secret",
    ];

    private static readonly string[] Ends = ["bye", "bye", "thanks", "night"];

    public static void Write(Scene scene)
    {
        if (scene.Random.Percent(45)) Exchange(scene, scene.Random.Pick(Openings));
        int count = scene.Random.Between(scene.Turns.Count == 0 ? 1 : 0, 4);
        string[] topics = [.. Enumerable.Range(0, count).Select(_ => Topic(scene.Random)).Distinct()];
        foreach (string topic in topics)
        {
            if (scene.Random.Percent(5)) SwitchLanguage(scene);
            Exchange(scene, topic);
            if (scene.Random.Percent(5)) Repeat(scene);
        }

        if (scene.Random.Percent(25)) Exchange(scene, scene.Random.Pick(Ends));
    }

    /// <summary>A remark and its answer.</summary>
    public static void Exchange(Scene scene, string topic)
    {
        scene.ForgetWords();
        Remark(scene, topic);
        scene.Bot(scene.Say(topic + ".bot", ("me", WordPair.Same(DefaultName))));
        if (MeasuredTopics.Contains(topic))
        {
            scene.Expect(new Expectation(Skill.SmallTalk, [], [])
            {
                AnyOf = scene.FormsOf(topic + ".marks"),
                KeepsLanguage = true,
            });
        }
    }

    private static string Topic(CorpusRandom random) => random.Pick(random.Percent(45) ? Frequent : Others);

    // The other language comes unasked as often as it is asked for.
    private static void SwitchLanguage(Scene scene)
    {
        bool isAsked = scene.Random.Percent(50);
        if (isAsked) Remark(scene, "switch");
        scene.Language = scene.OtherLanguage;
        if (isAsked) scene.Bot(scene.Say("switch.bot"));
    }

    private static void Repeat(Scene scene)
    {
        string last = scene.Turns[^1].Content;
        Remark(scene, "again");
        scene.Bot(last);
    }

    // Who is in a hurry leaves out the last mark, and capitals.
    private static void Remark(Scene scene, string topic)
    {
        string text = scene.Say(topic + ".user");
        if (scene.Random.Percent(15)) text = text.TrimEnd('.', '!', '。', '！');
        scene.User(scene.Random.Percent(12) ? text.ToLowerInvariant() : text);
    }
}
