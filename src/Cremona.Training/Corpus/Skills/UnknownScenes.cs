namespace Cremona.Training.Corpus.Skills;

/// <summary>Questions about people and things that nobody has mentioned: the assistant says that it does not
/// know.</summary>
internal static class UnknownScenes
{
    public static void Write(Scene scene)
    {
        int count = scene.QuestionCount(4);
        for (int i = 0; i < count; i++)
        {
            bool isThing = scene.Random.Percent(50);
            string attribute = scene.Random.Pick(isThing ? FactMaker.ThingAttributes : FactMaker.PersonAttributes);
            Subject subject = scene.Random.Percent(25) && !isThing
                ? Subject.You
                : Subject.Named(isThing ? scene.Names.Thing() : scene.Names.Person(scene.Language));
            scene.User(FactMaker.Ask(scene, subject, attribute));
            scene.Bot(FactMaker.DoNotKnow(scene, subject == Subject.You ? Subject.I : subject, attribute));
        }
    }
}
