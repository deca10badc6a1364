namespace Cremona.Training.Corpus.Skills;

/// <summary>Texts and words are sorted under labels that stand in the task.</summary>
internal static class LabelScenes
{
    private const string Letters = "ABCDEFGH";
    private static readonly string[] WordTables =
        ["food", "drink", "animal", "plant", "colour", "trade", "city", "weekday", "month", "instrument", "relative"];

    public static void Write(Scene scene)
    {
        (string[] labels, Func<int, string> textOf) = scene.Random.Percent(25) ? Words(scene) : Texts(scene);
        string list = string.Join(scene.Language == Language.Chinese ? "、" : ", ", labels);

        // Letters that stand for the labels: the answer is looked up in the task.
        string[] answers = labels;
        if (scene.Random.Percent(15))
        {
            answers = [.. labels.Select((_, i) => Letters[i].ToString())];
            list = string.Join(scene.Language == Language.Chinese ? "；" : "; ", labels.Select((label, i) => scene.Say(
                "label.mean", ("a", WordPair.Same(answers[i])), ("b", WordPair.Same(label)))));
        }

        bool isInSystem = scene.Random.Percent(60);
        if (isInSystem) scene.System(scene.Say("label.system", ("k", WordPair.Same(list))));
        int count = isInSystem ? scene.QuestionCount(8) : 1;
        for (int i = 0; i < count; i++)
        {
            scene.ForgetWords();
            int place = scene.Random.Next(labels.Length);
            string text = textOf(place);
            scene.User(isInSystem ? text : scene.Say("label.ask", ("k", WordPair.Same(list)), ("t", WordPair.Same(text))));
            scene.Bot(answers[place], Skill.Classification, [answers[place]],
                [.. answers.Where(a => !answers[place].Contains(a, StringComparison.Ordinal))]);
        }
    }

    private static (string[] Labels, Func<int, string> TextOf) Texts(Scene scene)
    {
        LabelSet set = scene.Random.Pick(CorpusText.LabelSets);
        LabelClass[] classes = [.. scene.Random.PickSome(set.Classes, scene.Random.Between(2, set.Classes.Count))];
        Language named = scene.Random.Percent(25) ? Language.English : scene.Language;
        string[] labels = [.. classes.Select(c => scene.Random.Pick(c.NamesIn(named)))];
        if (named == Language.English && scene.Random.Percent(30))
            labels = [.. labels.Select(l => l.ToUpperInvariant())];
        return (labels, place => Text(scene, classes[place].Key));
    }

    private static string Text(Scene scene, string key)
    {
        Language language = key switch
        {
            "chinese" => Language.Chinese,
            "english" => Language.English,
            _ => scene.Language,
        };
        return key is "chinese" or "english"
            ? scene.Say(language, "line", Subject.I)
            : scene.Say(language, $"class.{key}.user", Subject.I);
    }

    private static (string[] Labels, Func<int, string> TextOf) Words(Scene scene)
    {
        string[] tables = [.. scene.Random.PickSome(WordTables, scene.Random.Between(2, 4))];
        return ([.. tables.Select(t => scene.Say("table." + t))],
            place => scene.NewWord(tables[place]).In(scene.Language));
    }
}
