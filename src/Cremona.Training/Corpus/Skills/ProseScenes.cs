namespace Cremona.Training.Corpus.Skills;

/// <summary>Short stories that hang together by their words, and loose prose, for fluency.</summary>
internal static class ProseScenes
{
    private const int StoryPartCount = 6;

    public static void Write(Scene scene)
    {
        scene.ForgetWords();
        if (scene.Random.Percent(65))
        {
            scene.User(scene.Say("story.ask"));
            scene.Bot(Enumerable.Range(1, StoryPartCount).Select(i => scene.Say($"story.{i}")).Aggregate(scene.Join));
            return;
        }

        scene.User(scene.Say("describe.ask"));
        int count = scene.Random.Between(2, 5);
        IReadOnlyList<string> forms = CorpusText.FormsOf(scene.Language, "prose.any", false);
        scene.Bot(scene.Random.PickSome(forms, count)
            .Select(f => scene.Fill(f, scene.Language, Subject.I)).Aggregate(scene.Join));
    }
}
