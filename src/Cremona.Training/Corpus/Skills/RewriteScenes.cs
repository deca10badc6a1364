namespace Cremona.Training.Corpus.Skills;

/// <summary>Saying a sentence politely, in fewer words, in another style, as a question or with a "not".</summary>
internal static class RewriteScenes
{
    private static readonly string[] Ways =
        ["polite", "polite", "short", "short", "formal", "friendly", "question", "negative"];

    public static void Write(Scene scene)
    {
        int count = scene.QuestionCount(3);
        for (int i = 0; i < count; i++)
        {
            scene.ForgetWords();
            string way = scene.Random.Pick(Ways);
            string[] pair = scene.Say(way + ".pair").Split('>');
            scene.User(scene.Say(way + ".ask", ("t", WordPair.Same(pair[0]))));
            scene.Bot(pair[1]);
        }
    }
}
