namespace Cremona.Training.Corpus.Skills;

/// <summary>Texts become JSON objects with the keys that are asked for; what a text does not say is null.</summary>
internal static class ExtractScenes
{
    private static readonly string[] NumberAttributes = ["age", "years", "opens", "closes", "price", "year", "staff"];

    public static void Write(Scene scene)
    {
        bool isPerson = scene.Random.Percent(60);
        IReadOnlyList<string> kinds = isPerson ? FactMaker.PersonAttributes : FactMaker.ThingAttributes;
        string[] told = [.. scene.Random.PickSome(kinds, scene.Random.Between(1, 4))];
        string[] missing = scene.Random.Percent(15) ? [scene.Random.Pick([.. kinds.Except(told)])] : [];
        string[] asked =
        [
            .. scene.Random.Percent(75) ? ["name"] : Array.Empty<string>(),
            .. scene.Random.PickSome(told, scene.Random.Between(1, told.Length)), .. missing,
        ];
        Dictionary<string, string> keys = KeysOf(scene, asked);

        bool isInSystem = scene.Random.Percent(50);
        if (isInSystem) scene.System(scene.Say("extract.system", ("k", WordPair.Same(Join(scene, keys.Values)))));
        int count = isInSystem ? scene.QuestionCount(4) : 1;
        for (int i = 0; i < count; i++) AskOne(scene, isPerson, told, keys, isInSystem);
    }

    private static void AskOne(
        Scene scene, bool isPerson, string[] told, Dictionary<string, string> keys, bool isInSystem)
    {
        WordPair name = isPerson ? scene.Names.Person(scene.Language) : scene.Names.Thing();
        Fact[] facts = [.. told.Select(a => FactMaker.Make(scene, [a], 1)[0])];
        string text = Tell(scene, name, isPerson, facts);
        scene.User(isInSystem
            ? text
            : scene.Say("extract.ask", ("k", WordPair.Same(Join(scene, keys.Values))), ("t", WordPair.Same(text))));

        string[] members = [.. keys.Select(k => $"\"{k.Value}\": {Json(scene, name, facts, k.Key)}")];
        scene.Bot("{" + string.Join(", ", members) + "}", Skill.Extraction, members);
    }

    private static string Tell(Scene scene, WordPair name, bool isPerson, Fact[] facts)
    {
        Subject pronoun = !isPerson ? Subject.It : scene.Random.Percent(50) ? Subject.He : Subject.She;
        var sentences = facts.Index().Select(f => FactMaker.Tell(
            scene, scene.Language, f.Index == 0 || scene.Random.Percent(20) ? Subject.Named(name) : pronoun, f.Item))
            .ToList();
        scene.ForgetWords();
        while (scene.Random.Percent(25))
        {
            scene.ForgetWords();
            sentences.Insert(scene.Random.Between(1, sentences.Count), scene.Say("prose.any"));
        }

        return sentences.Aggregate(scene.Join);
    }

    private static string Json(Scene scene, WordPair name, Fact[] facts, string attribute)
    {
        if (attribute == "name") return CorpusJson.Text(name.In(scene.Language));
        if (facts.FirstOrDefault(f => f.Attribute == attribute) is not { } fact) return "null";
        string value = fact.Value.In(scene.Language);
        return NumberAttributes.Contains(attribute) ? value : CorpusJson.Text(value);
    }

    // One style for all keys. English keys are met in Chinese texts too; Chinese ones only there.
    private static Dictionary<string, string> KeysOf(Scene scene, string[] attributes)
    {
        bool isChinese = scene.Language == Language.Chinese && scene.Random.Percent(50);
        int style = scene.Random.Next(10);
        var keys = new Dictionary<string, string>();
        foreach (string attribute in attributes)
        {
            IReadOnlyList<string> labels =
                CorpusText.LabelsOf(isChinese ? Language.Chinese : Language.English, attribute);
            string label = isChinese || scene.Random.Percent(60) ? scene.Random.Pick(labels) : attribute;
            string key = isChinese ? label : Styled(label.ToLowerInvariant().Split(' '), style);
            keys[attribute] = keys.ContainsValue(key) ? attribute : key;
        }

        return keys;
    }

    // favourite_food, favouriteFood, FAVOURITE_FOOD, Favourite food.
    private static string Styled(string[] words, int style) => style switch
    {
        < 5 => string.Join('_', words),
        < 7 => words[0] + string.Concat(words.Skip(1).Select(Capitalized)),
        < 8 => string.Join('_', words).ToUpperInvariant(),
        _ => Capitalized(string.Join(' ', words)),
    };

    private static string Capitalized(string word) => char.ToUpperInvariant(word[0]) + word[1..];

    private static string Join(Scene scene, IEnumerable<string> keys) =>
        string.Join(scene.Language == Language.Chinese ? "、" : ", ", keys);
}
