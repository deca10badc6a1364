namespace Cremona.Training.Corpus.Skills;

/// <summary>Words, everyday phrases and simple sentences, both ways.</summary>
internal static class TranslationScenes
{
    private static readonly string[] Tables =
        ["trade", "food", "drink", "animal", "object", "colour", "spot", "plant", "weekday", "month", "relative", "season", "city"];

    public static void Write(Scene scene)
    {
        int count = scene.QuestionCount(4);
        for (int i = 0; i < count; i++)
        {
            if (scene.Random.Percent(30)) AskWord(scene);
            else AskSentence(scene, scene.Random.Percent(50) ? "translate.ask" : "translate.back");
        }
    }

    // A word goes out of the spoken language, or its meaning is asked for in it.
    private static void AskWord(Scene scene)
    {
        WordPair word = scene.NewWord(scene.Random.Pick(Tables));
        bool asksMeaning = scene.Random.Percent(40);
        string own = word.In(scene.Language);
        string other = word.In(scene.OtherLanguage);
        (string asked, string answer) = asksMeaning ? (other, own) : (own, other);
        (string, WordPair) t = ("t", WordPair.Same(asked));
        scene.User(scene.Say(asksMeaning ? "meaning.ask" : "translate.word", t));
        scene.Bot(scene.Random.Percent(50)
            ? answer
            : scene.Say(asksMeaning ? "meaning.tell" : "translate.frame", t, ("x", WordPair.Same(answer))));
    }

    // "ask" goes out of the spoken language, "back" comes into it.
    private static void AskSentence(Scene scene, string key)
    {
        scene.ForgetWords();
        string[] forms = scene.Random.Pick(CorpusText.Knowledge(scene.Random.Percent(40) ? "phrase" : "sentence")).Split('|');
        string chinese = scene.Fill(forms[0], Language.Chinese, Subject.I);
        string english = scene.Fill(forms[1], Language.English, Subject.I);
        bool isFromChinese = scene.Language == Language.Chinese == (key == "translate.ask");
        scene.User(scene.Say(key, ("t", WordPair.Same(isFromChinese ? chinese : english))));
        scene.Bot(isFromChinese ? english : chinese);
    }
}
