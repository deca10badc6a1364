namespace Cremona.Training.Corpus.Skills;

/// <summary>Functions stand in the system text; the assistant calls the one that fits, answers from its result, or
/// answers without one.</summary>
internal static class ToolScenes
{
    public static void Write(Scene scene)
    {
        ToolOffer[] offers = Offers(scene);
        string system = scene.Random.Percent(60) ? scene.Say("tools.system", ("n", scene.Names.Person(scene.Language))) : "";
        scene.System(ToolText.System(system, offers.Select(o => o.Json(scene.Language))));

        if (scene.Random.Percent(15)) SmallTalkScenes.Exchange(scene, "greet");
        int count = scene.QuestionCount(5);
        for (int i = 0; i < count; i++)
        {
            if (scene.Random.Percent(20)) AnswerWithout(scene, offers);
            else Call(scene, scene.Random.Pick(offers));
        }
    }

    private static ToolOffer[] Offers(Scene scene)
    {
        int count = scene.Random.Next(10) switch
        {
            < 3 => 1,
            < 6 => 2,
            < 9 => 3,
            _ => 4,
        };
        IEnumerable<ToolOffer> known =
            scene.Random.PickSome(CorpusText.Tools, count).Select(k => ToolOffer.Of(scene, k));
        ToolOffer[] offers = [.. known.Select(o => scene.Random.Percent(40) ? ToolOffer.Invent(scene) : o)];
        return [.. offers.DistinctBy(o => o.Name)];
    }

    private static void Call(Scene scene, ToolOffer offer)
    {
        (string request, IReadOnlyList<(string Name, string Json)> arguments) = offer.Request(scene);
        scene.User(Open(scene, request));
        string call = ToolText.Call(offer.Name, CorpusJson.Object(arguments));
        scene.Bot(call, Skill.Functions, [call]);
        if (scene.Random.Percent(40)) TellResult(scene);
    }

    // Now and then a word comes before the request.
    private static string Open(Scene scene, string request) =>
        scene.Random.Percent(12) ? scene.Join(scene.Say("tool.opening"), request) : request;

    private static void TellResult(Scene scene)
    {
        if (scene.Random.Percent(30))
        {
            scene.Tool(scene.Random.Percent(50) ? "{\"ok\": true}" : "ok");
            scene.Bot(scene.Say("tools.done"));
            return;
        }

        string attribute = scene.Random.Pick(FactMaker.ThingAttributes);
        string key = scene.Random.Pick(CorpusText.LabelsOf(scene.Language, attribute));
        string value = scene.Random.Percent(50) ? scene.Names.Code() : scene.NewWord("spot").In(scene.Language);
        scene.Tool(CorpusJson.Object([(key, CorpusJson.Text(value))]));
        scene.Bot(scene.Say("tools.result", ("k", WordPair.Same(key)), ("v", WordPair.Same(value))));
    }

    // Small talk, or a wish that no function fulfils.
    private static void AnswerWithout(Scene scene, ToolOffer[] offers)
    {
        if (scene.Random.Percent(60))
        {
            SmallTalkScenes.Exchange(scene, scene.Random.Pick(SmallTalkScenes.PlainTopics));
            scene.Expect(new Expectation(Skill.Functions, [], [ToolText.CallStart]));
            return;
        }

        ToolKind[] others = [.. CorpusText.Tools.Where(k => !offers.Any(o => o.Key == k.Key))];
        scene.User(Open(scene, ToolOffer.Of(scene, scene.Random.Pick(others)).Request(scene).Text));
        scene.Bot(scene.Say("tools.none"), Skill.Functions, [], ToolText.CallStart);
    }
}
