namespace Cremona.Training.Corpus.Skills;

/// <summary>Short tales that hang together by their words, and loose prose about a thing, for fluency.</summary>
internal static class ProseScenes
{
    private const int TalePartCount = 6;

    public static void Write(Scene scene)
    {
        scene.ForgetWords();
        if (scene.Random.Percent(65)) Tell(scene);
        else Describe(scene);
    }

    // Whoever is asked for is the hero.
    private static void Tell(Scene scene)
    {
        string ask = scene.Random.Pick(scene.FormsOf("story.ask"));
        string hero = SlotOf(ask) switch
        {
            "animal" => "animal",
            "trade" => "person",
            _ => scene.Random.Percent(50) ? "animal" : "person",
        };
        scene.User(scene.Fill(ask, scene.Language, Subject.I));
        scene.Bot(Enumerable.Range(1, TalePartCount)
            .Select(i => scene.Say($"tale.{hero}.{i}")).Aggregate(scene.Join));
    }

    // Every sentence names what the text shall be about.
    private static void Describe(Scene scene)
    {
        string ask = scene.Random.Pick(scene.FormsOf("describe.ask"));
        string named = SlotOf(ask) + "}";
        string[] forms = [.. CorpusText.FormsOf(scene.Language, "prose.any", false).Where(f =>
            named == "}" || f.Contains(named, StringComparison.Ordinal))];
        int count = Math.Min(scene.Random.Between(2, 5), forms.Length);
        scene.User(scene.Fill(ask, scene.Language, Subject.I));
        scene.Bot(scene.Random.PickSome(forms, count)
            .Select(f => scene.Fill(f, scene.Language, Subject.I)).Aggregate(scene.Join));
    }

    // The first slot without its article; empty where there is none.
    private static string SlotOf(string form)
    {
        int open = form.IndexOf('{', StringComparison.Ordinal);
        if (open < 0) return "";
        string slot = form[(open + 1)..form.IndexOf('}', open)];
        return slot.StartsWith("a ", StringComparison.Ordinal) ? slot[2..] : slot;
    }
}
