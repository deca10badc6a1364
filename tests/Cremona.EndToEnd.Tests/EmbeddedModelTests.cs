using System.Text.RegularExpressions;
using Cremona.Cli.Client;

namespace Cremona.EndToEnd.Tests;

/// <summary>What the embedded model can do before anybody tunes it, asked over HTTP. The personas and the words of the
/// questions are written by hand; the generator of its training text knows nothing of them.</summary>
public partial class EmbeddedModelTests(ITestOutputHelper output)
{
    // The model is small: it may miss one in five. A model that cannot look into its context gets one in ten.
    private const double ShareOfPersonaAnswers = 0.8;

    private static readonly (string Name, string Setting, string Question, string Answer)[] PersonaQuestions =
    [
        ("Nora", "Nora is a nurse who lives in Rome.", "What is your name?", "Nora"),
        ("Nora", "Nora lives in Rome. Nora has a pet called Pim.", "Where do you live?", "Rome"),
        ("Nora", "Nora lives in Rome. Nora has a pet called Pim.", "What is your pet called?", "Pim"),
        ("Otto", "You are Otto. You are 34 years old. You like to eat rice.", "How old are you?", "34"),
        ("Otto", "You are Otto. You are 34 years old. You like to eat rice.", "What do you like to eat?", "rice"),
        ("Tilda", "Tilda works as a painter. Her favourite colour is green.", "What is your job?", "painter"),
        ("Tilda", "Tilda works as a painter. Her favourite colour is green.", "What colour do you like best?", "green"),
        ("Bo", "Bo has worked for 12 years. Bo plays the guitar.", "How many years of experience do you have?", "12"),
        ("Bo", "Bo has worked for 12 years. Bo plays the guitar.", "Which instrument do you play?", "guitar"),
        ("Ines", "Ines likes winter. Ines has the number 4482.", "What is your number?", "4482"),
        ("小兰", "小兰是一名护士，住在罗马。", "你叫什么名字？", "小兰"),
        ("小兰", "小兰住在罗马。小兰的宠物叫豆豆。", "你住在哪里？", "罗马"),
        ("小兰", "小兰住在罗马。小兰的宠物叫豆豆。", "你的宠物叫什么名字？", "豆豆"),
        ("王大山", "你是王大山。你今年34岁。你喜欢吃米饭。", "你今年多大了？", "34"),
        ("王大山", "你是王大山。你今年34岁。你喜欢吃米饭。", "你最喜欢吃什么？", "米饭"),
        ("阿青", "阿青是一名画家。她最喜欢绿色。", "你是做什么工作的？", "画家"),
        ("阿青", "阿青是一名画家。她最喜欢绿色。", "你最喜欢什么颜色？", "绿色"),
        ("老周", "老周工作了12年。老周会弹吉他。", "你工作多少年了？", "12"),
        ("老周", "老周工作了12年。老周会弹吉他。", "你会什么乐器？", "吉他"),
        ("小雨", "小雨喜欢冬天。小雨的编号是4482。", "你的编号是多少？", "4482"),
    ];

    private static readonly (string Text, string Pattern)[] SmallTalk =
    [
        ("Hello!", "[Hh]ello|Hi|[Gg]ood|[Nn]ice"),
        ("Thank you very much!", "welcome|glad|pleasure|happy|[Aa]ny time|[Nn]o problem"),
        ("Goodbye!", "[Gg]oodbye|[Bb]ye|[Ss]ee you|[Tt]ake care"),
        ("你好！", "你好|您好|高兴"),
        ("谢谢你！", "不客气|不用谢|没关系|高兴|应该"),
        ("再见！", "再见|下次|保重|明天"),
    ];

    [Fact]
    public async Task Persona_IsFollowed_InBothLanguages()
    {
        using TempFolder folder = new();
        await using RealServer server = await RealServer.StartAsync(folder.Path);
        int right = 0;
        foreach ((string name, string setting, string question, string answer) in PersonaQuestions)
        {
            string reply = await AskAsync(server, name, setting, question);
            bool isRight = reply.Contains(answer, StringComparison.Ordinal);
            right += isRight ? 1 : 0;
            output.WriteLine($"{(isRight ? "right" : "WRONG")}  {setting}  {question}  {reply}");
        }

        right.ShouldBeGreaterThanOrEqualTo((int)(ShareOfPersonaAnswers * PersonaQuestions.Length));
    }

    [Fact]
    public async Task SmallTalk_IsPolite_AndInTheUsersLanguage()
    {
        using TempFolder folder = new();
        await using RealServer server = await RealServer.StartAsync(folder.Path);
        foreach ((string text, string pattern) in SmallTalk)
        {
            string reply = await AskAsync(server, "MM", "", text);
            output.WriteLine($"{text}  {reply}");
            reply.ShouldMatch(pattern);
            Han().IsMatch(reply).ShouldBe(Han().IsMatch(text), reply);
        }
    }

    private static async Task<string> AskAsync(RealServer server, string bot, string setting, string text)
    {
        ChatRequest request = new(
            "abab5.5s-chat-240123",
            [new BotSetting(bot, setting.Length > 0 ? setting : $"{bot} is an assistant.")],
            new ReplyConstraints("BOT", bot),
            [new ChatMessage("USER", "User", text)],
            Temperature: 0.01,
            TokensToGenerate: 60);
        return (await server.Client.ChatAsync(request, TestContext.Current.CancellationToken)).Value.Reply;
    }

    [GeneratedRegex(@"\p{IsCJKUnifiedIdeographs}")]
    private static partial Regex Han();
}
