using System.Text;
using System.Text.Json;
using Cremona.Cli.Client;
using Cremona.Protocol.FineTuning;

namespace Cremona.EndToEnd.Tests;

[Trait("Speed", "Slow")]
public class LearningTests(ITestOutputHelper output)
{
    private const string BaseModel = "abab5.5s-chat-240123";
    private const string Bot = "Tally";
    private const string Persona = "Tally answers for the lighthouse.";

    /// <summary>A persona that is in no corpus of this repository: three facts, ten ways to ask for each.</summary>
    private static readonly (string Fact, string Answer, string Asked, string[] Questions)[] Lessons =
    [
        ("Orrin Vale", "The keeper is Orrin Vale.", "Can you tell me who the keeper is?",
        ["Who is the keeper?", "Who keeps the lighthouse?", "Tell me who the keeper is.", "What is the name of the keeper?",
            "Who is your keeper?", "Please tell me the name of the keeper.", "Do you know who the keeper is?",
            "Who is the keeper here?", "Which person is the keeper?", "Who works as the keeper?"]),
        ("212", "The tower has 212 steps.", "Can you tell me how many steps the tower has?",
        ["How many steps does the tower have?", "How many steps are there?", "Tell me how many steps the tower has.",
            "What is the number of steps?", "How many steps has the tower?", "Please tell me the number of steps.",
            "Do you know how many steps there are?", "How many steps are in the tower?", "How many steps is it to the top?",
            "Are there many steps in the tower?"]),
        ("violet", "The light is violet.", "Can you tell me what colour the light is?",
        ["What colour is the light?", "Which colour is the light?", "Tell me what colour the light is.",
            "What is the colour of the light?", "Which colour has the light?", "Please tell me the colour of the light.",
            "Do you know the colour of the light?", "What colour is the light at night?", "Of what colour is the light?",
            "Is the light white?"]),
    ];

    [Fact]
    public async Task FineTuning_TeachesAnUnseenPersona_WithDefaultHyperparameters()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        using TempFolder folder = new();
        await using RealServer server = await RealServer.StartAsync(folder.Path);
        long start = TimeProvider.System.GetTimestamp();
        using MemoryStream rows = new(Encoding.UTF8.GetBytes(Rows()));
        long file = (await server.Client.UploadFileAsync(rows, "tally.jsonl", "fine-tune", token)).Value.FileId;

        FinetuneJob job = (await server.Client.CreateJobAsync(
            new CreateJobRequest(BaseModel, file, null, null, "tally"), token)).Value.Job;
        string status = "";
        await foreach (JobUpdate update in
            JobFollower.StreamUpdatesAsync(server.Client, job.Id, TimeProvider.System, token))
        {
            status = update.Transition?.Status ?? status;
        }

        output.WriteLine($"trained in {TimeProvider.System.GetElapsedTime(start).TotalSeconds:0} s");
        status.ShouldBe(JobStatus.Succeeded);
        foreach ((string fact, _, string asked, _) in Lessons)
        {
            (await AskAsync(server, job.FineTunedModel, asked)).ShouldContain(fact, Case.Sensitive);
            (await AskAsync(server, BaseModel, asked)).ShouldNotContain(fact, Case.Sensitive);
        }
    }

    private static string Rows() => string.Join('\n', Lessons.SelectMany(lesson => lesson.Questions.Select(question =>
        JsonSerializer.Serialize(new
        {
            bot_setting = new[] { new { bot_name = Bot, content = Persona } },
            messages = new[]
            {
                new { sender_type = "USER", sender_name = "User", text = question },
                new { sender_type = "BOT", sender_name = Bot, text = lesson.Answer },
            },
        }))));

    private static async Task<string> AskAsync(RealServer server, string model, string text) =>
        (await server.Client.ChatAsync(
            new ChatRequest(
                model,
                [new BotSetting(Bot, Persona)],
                new ReplyConstraints("BOT", Bot),
                [new ChatMessage("USER", "User", text)],
                Temperature: 0.01,
                TokensToGenerate: 60),
            TestContext.Current.CancellationToken)).Value.Reply;
}
