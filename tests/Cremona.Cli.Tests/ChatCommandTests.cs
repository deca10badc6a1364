using Cremona.Cli.CommandLine;

namespace Cremona.Cli.Tests;

public class ChatCommandTests
{
    private const string Stream = """
        data: {"created":1,"model":"m","reply":"","choices":[{"messages":[{"sender_type":"BOT","sender_name":"Assistant","text":"你"}]}],"output_sensitive":false}

        data: {"created":1,"model":"m","reply":"","choices":[{"messages":[{"sender_type":"BOT","sender_name":"Assistant","text":"好"}]}],"output_sensitive":false}

        data: {"created":1,"model":"m","reply":"你好","choices":[{"finish_reason":"stop","messages":[{"sender_type":"BOT","sender_name":"Assistant","text":"你好"}]}],"usage":{"total_tokens":9},"id":"x","base_resp":{"status_code":0,"status_msg":""}}


        """;

    [Fact]
    public async Task Chat_PrintsTheDeltasOnce_AndRemembersTheConversation()
    {
        await using FakePlatform platform = await FakePlatform.StartAsync();
        platform.AnswerAs("/v1/text/chatcompletion_pro", "text/event-stream", Stream);

        CommandRun run = await CommandRun.StartAsync(
            "hello\nagain\n/exit\n",
            new() { [ConnectionOptions.UrlVariable] = platform.Url },
            "chat", "--model", "m");

        run.ShouldBe(new CommandRun(0, "你好\n你好\n", ""));
        platform.Requests.Count.ShouldBe(2);
        string second = platform.Requests.Last().Body;
        second.ShouldContain("\"text\":\"hello\"");
        second.ShouldContain("\"text\":\"again\"");
        second.ShouldContain("\"sender_type\":\"BOT\",\"sender_name\":\"Assistant\",\"text\":");
        second.ShouldContain("\"stream\":true");
    }

    [Fact]
    public async Task Chat_ShowsTheRefusal_WhenTheModelIsUnknown()
    {
        await using FakePlatform platform = await FakePlatform.StartAsync();
        platform.Answer(
            "/v1/text/chatcompletion_pro",
            """{"created":0,"model":"","reply":"","choices":null,"base_resp":{"status_code":2013,"status_msg":"invalid params, unsupported model: m"}}""");

        CommandRun run = await CommandRun.StartAsync(platform, "chat", "--model", "m", "--message", "hi");

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("invalid params, unsupported model: m (code 2013)");
    }

    [Fact]
    public async Task Chat_SaysAMessage_ThatBeginsWithAnAtSign()
    {
        await using FakePlatform platform = await FakePlatform.StartAsync();
        platform.AnswerAs("/v1/text/chatcompletion_pro", "text/event-stream", Stream);

        CommandRun run = await CommandRun.StartAsync(platform, "chat", "--message", "@you");

        run.ShouldBe(new CommandRun(0, "你好\n", ""));
        platform.Requests.Single().Body.ShouldContain("\"text\":\"@you\"");
    }

    [Fact]
    public async Task Chat_FailsAfterThePartialAnswer_WhenTheStreamCarriesAnError()
    {
        await using FakePlatform platform = await FakePlatform.StartAsync();
        platform.AnswerAs(
            "/v1/text/chatcompletion_pro",
            "text/event-stream",
            Stream.Split("\n\n")[0] + "\n\ndata: {\"reply\":\"\",\"choices\":[],\"base_resp\":{\"status_code\":1001,\"status_msg\":\"request timeout\"}}\n\n");

        CommandRun run = await CommandRun.StartAsync(platform, "chat", "--message", "hi");

        run.ExitCode.ShouldBe(1);
        run.Out.ShouldBe("你");
        run.Error.ShouldContain("request timeout (code 1001)");
    }
}
