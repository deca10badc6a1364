namespace Cremona.Training.Corpus.Skills;

/// <summary>A little that everybody knows: what a baker does, what is the opposite of big, what a rose is.</summary>
internal static class KnowledgeScenes
{
    public static void Write(Scene scene)
    {
        int count = scene.QuestionCount(5);
        for (int i = 0; i < count; i++)
        {
            switch (scene.Random.Next(3))
            {
                case 0:
                    string[] work = scene.Random.Pick(CorpusText.Knowledge("work")).Split('|');
                    scene.User(scene.Say("job.ask", ("trade", new WordPair(work[2], work[3]))));
                    scene.Bot(new WordPair(work[0], work[1]).In(scene.Language));
                    break;
                case 1:
                    AskRelation(scene, "opposite", canTurn: true);
                    break;
                default:
                    AskRelation(scene, "class", canTurn: false);
                    break;
            }
        }
    }

    private static void AskRelation(Scene scene, string kind, bool canTurn)
    {
        string[] line = scene.Random.Pick(CorpusText.Knowledge(kind)).Split('|');
        string[] words = line[scene.Language == Language.Chinese ? 0 : 1].Split('>');
        if (canTurn && scene.Random.Percent(50)) Array.Reverse(words);
        (string, WordPair) x = ("x", WordPair.Same(words[0]));
        scene.User(scene.Say(kind + ".ask", x));
        scene.Bot(scene.Say(kind + ".tell", x, ("y", WordPair.Same(words[1]))));
    }
}
