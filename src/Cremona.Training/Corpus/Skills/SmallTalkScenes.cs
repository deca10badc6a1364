namespace Cremona.Training.Corpus.Skills;

/// <summary>Greetings, thanks, goodbyes, moods and who the assistant is when nobody has told it otherwise.</summary>
internal static class SmallTalkScenes
{
    /// <summary>The assistant's name when no system text gives it another.</summary>
    public const string DefaultName = "Cremona";

    /// <summary>Topics that ask for nothing a function could do.</summary>
    public static IReadOnlyList<string> PlainTopics { get; } = ["greet", "how", "thanks", "who", "praise", "bye", "glad"];

    private static readonly string[] MeasuredTopics = ["greet", "thanks", "who"];

    private static readonly string[] Middles =
    [
        "how", "can", "human", "praise", "sorry", "weather", "eat", "bored", "sad", "glad", "joke", "who", "who", "thanks", "yes",
    ];

    private static readonly string[] Ends = ["bye", "bye", "thanks", "night"];

    public static void Write(Scene scene)
    {
        if (scene.Random.Percent(45)) Exchange(scene, "greet");
        int count = scene.Random.Between(scene.Turns.Count == 0 ? 1 : 0, 3);
        foreach (string topic in scene.Random.PickSome(Middles, count))
        {
            if (scene.Random.Percent(5)) scene.Language = scene.OtherLanguage;
            Exchange(scene, topic);
        }

        if (scene.Random.Percent(25)) Exchange(scene, scene.Random.Pick(Ends));
    }

    /// <summary>A remark and its answer.</summary>
    public static void Exchange(Scene scene, string topic)
    {
        scene.ForgetWords();
        scene.User(scene.Say(topic + ".user"));
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
}
