namespace Cremona.Training.Corpus.Skills;

/// <summary>A little that everybody knows: what a baker does, what is the opposite of big, what a rose is, what a key
/// is for, what a cat eats, which city is a capital.</summary>
internal static class KnowledgeScenes
{
    private static readonly string[] Relations = ["opposite", "opposite", "class", "class", "use", "diet", "capital"];

    public static void Write(Scene scene)
    {
        int count = scene.QuestionCount(5);
        for (int i = 0; i < count; i++)
        {
            if (scene.Random.Percent(25)) AskJob(scene);
            else AskRelation(scene, scene.Random.Pick(Relations));
        }
    }

    private static void AskJob(Scene scene)
    {
        string[] work = scene.Random.Pick(CorpusText.Knowledge("work")).Split('|');
        scene.User(scene.Say("job.ask", ("trade", new WordPair(work[2], work[3]))));
        scene.Bot(new WordPair(work[0], work[1]).In(scene.Language));
    }

    private static void AskRelation(Scene scene, string kind)
    {
        string[] line = scene.Random.Pick(CorpusText.Knowledge(kind)).Split('|');
        string[] words = line[scene.Language == Language.Chinese ? 0 : 1].Split('>');
        bool canTurn = kind == "opposite";
        if (canTurn && scene.Random.Percent(50)) Array.Reverse(words);
        (string, WordPair) x = ("x", WordPair.Same(words[0]));
        scene.User(scene.Say(kind + ".ask", x));
        scene.Bot(scene.Say(kind + ".tell", x, ("y", WordPair.Same(words[1]))));
    }
}
