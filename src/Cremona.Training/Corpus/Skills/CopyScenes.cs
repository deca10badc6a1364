namespace Cremona.Training.Corpus.Skills;

/// <summary>Repeating text, names, characters and codes exactly.</summary>
internal static class CopyScenes
{
    private static readonly string[] CodeKinds = ["code.password", "code.room", "code.order"];

    public static void Write(Scene scene)
    {
        int count = scene.QuestionCount(4);
        for (int i = 0; i < count; i++)
        {
            if (scene.Random.Percent(35))
            {
                string kind = scene.Random.Pick(CodeKinds);
                var code = WordPair.Same(scene.Names.Code());
                scene.User(scene.Say(kind + ".ask", ("t", code)));
                scene.Bot(scene.Say(kind + ".tell", ("t", code)), Skill.Copying, [code.Chinese]);
            }
            else
            {
                string text = Text(scene);
                scene.User(scene.Say("repeat.ask", ("t", WordPair.Same(text))));
                scene.Bot(text, Skill.Copying, [text]);
            }
        }
    }

    private static string Text(Scene scene)
    {
        scene.ForgetWords();
        return scene.Random.Next(8) switch
        {
            0 => scene.Say("prose.any"),
            1 => scene.Names.Person(scene.Language).In(scene.Language),
            2 when scene.Language == Language.English => string.Join(' ', Repeat(scene, scene.Names.Invented)),
            3 => scene.Names.Code(),
            4 => scene.Names.Digits(scene.Random.Between(3, 9)),
            5 or 6 when scene.Language == Language.English =>
                string.Join(' ', scene.Random.PickSome(CorpusText.NameParts("common"), scene.Random.Between(1, 8))),
            _ when scene.Language == Language.Chinese => scene.Names.Han(scene.Random.Between(2, 12)),
            _ => string.Join(", ", Repeat(scene, () => scene.NewWord("object").English)),
        };
    }

    private static IEnumerable<string> Repeat(Scene scene, Func<string> make) =>
        Enumerable.Range(0, scene.Random.Between(1, 4)).Select(_ => make());
}
