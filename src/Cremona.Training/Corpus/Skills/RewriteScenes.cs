namespace Cremona.Training.Corpus.Skills;

/// <summary>Saying a sentence politely, or in fewer words.</summary>
internal static class RewriteScenes
{
    public static void Write(Scene scene)
    {
        scene.ForgetWords();
        string way = scene.Random.Percent(50) ? "polite" : "short";
        string[] pair = scene.Say(way + ".pair").Split('>');
        scene.User(scene.Say(way + ".ask", ("t", WordPair.Same(pair[0]))));
        scene.Bot(pair[1]);
    }
}
