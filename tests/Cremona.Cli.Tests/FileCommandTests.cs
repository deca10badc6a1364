namespace Cremona.Cli.Tests;

public class FileCommandTests
{
    private const string File = """
        {"file":{"file_id":88731293343809,"bytes":12,"created_at":1700469398,"filename":"a.jsonl","purpose":"fine-tune"},"file_id":88731293343809,
        "base_resp":{"status_code":0,"status_msg":"success"}}
        """;

    [Fact]
    public async Task Upload_PrintsTheIdAlone_AndSendsPurposeAndContent()
    {
        await using FakePlatform platform = await FakePlatform.StartAsync();
        platform.Answer("/v1/files/upload", File);
        using TempFolder folder = new();
        string path = folder.Write("a.jsonl", "{\"hello\":1}\n");

        CommandRun run = await CommandRun.StartAsync(platform, "files", "upload", path);

        run.ShouldBe(new CommandRun(0, "88731293343809\n", ""));
        FakeRequest request = platform.Requests.Single();
        request.Method.ShouldBe("POST");
        request.Body.ShouldContain("fine-tune");
        request.Body.ShouldContain("{\"hello\":1}");
    }

    [Fact]
    public async Task Upload_NamesThePath_WhenThereIsNoSuchFile()
    {
        await using FakePlatform platform = await FakePlatform.StartAsync();

        CommandRun run = await CommandRun.StartAsync(platform, "files", "upload", "/nowhere/a.jsonl");

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldBe("error: /nowhere/a.jsonl: there is no such file; check the path\n");
        platform.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task List_ShowsATable_AndTheServersJsonOnRequest()
    {
        const string List = """
            {"files":[{"file_id":85198633103453,"bytes":167,"created_at":1702632422,"filename":"1702631618780994.csv",
            "purpose":"fine-tune-result"}],"base_resp":{"status_code":0,"status_msg":"success"}}
            """;
        await using FakePlatform platform = await FakePlatform.StartAsync();
        platform.Answer("/v1/files/list", List);

        CommandRun table = await CommandRun.StartAsync(platform, "files", "list");
        CommandRun json = await CommandRun.StartAsync(platform, "files", "list", "--purpose", "fine-tune-result", "--json");

        table.Out.ShouldContain("85198633103453");
        table.Out.ShouldContain("2023-12-15 09:27:02Z");
        json.Out.ShouldBe(List + "\n");
        platform.Requests.Last().Query.ShouldBe("?purpose=fine-tune-result");
    }

    [Fact]
    public async Task Get_WritesTheRawBytes()
    {
        await using FakePlatform platform = await FakePlatform.StartAsync();
        platform.AnswerAs("/v1/files/retrieve_content", "text/csv", "iter,train_loss,valid_loss\n1,0.324273,0.000000\n");

        CommandRun run = await CommandRun.StartAsync(platform, "files", "get", "85198633103453");

        run.ShouldBe(new CommandRun(0, "iter,train_loss,valid_loss\n1,0.324273,0.000000\n", ""));
        platform.Requests.Single().Query.ShouldBe("?file_id=85198633103453");
    }

    [Fact]
    public async Task Get_LeavesNoFile_WhenTheServerRefuses()
    {
        await using FakePlatform platform = await FakePlatform.StartAsync();
        platform.Answer(
            "/v1/files/retrieve_content",
            """{"base_resp":{"status_code":2013,"status_msg":"invalid params, file not found: 7"}}""");
        using TempFolder folder = new();

        CommandRun run = await CommandRun.StartAsync(platform, "files", "get", "7", "-o", Path.Combine(folder.Path, "x.csv"));

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldBe(
            "error: the server refused: invalid params, file not found: 7 (code 2013) "
            + "[trace 0123456789abcdef0123456789abcdef]\n");
        Directory.GetFiles(folder.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task Get_LeavesNoFile_WhenAnErrorPageAnswers()
    {
        await using FakePlatform platform = await FakePlatform.StartAsync();
        platform.AnswerAs("/v1/files/retrieve_content", "text/html", "<html>Bad Gateway</html>", status: 502);
        using TempFolder folder = new();

        CommandRun run = await CommandRun.StartAsync(platform, "files", "get", "7", "-o", Path.Combine(folder.Path, "x.csv"));

        run.ExitCode.ShouldBe(1);
        run.Out.ShouldBeEmpty();
        run.Error.ShouldContain("answered HTTP 502 and not the platform's JSON");
        Directory.GetFiles(folder.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task Delete_SendsTheIdAsANumber()
    {
        await using FakePlatform platform = await FakePlatform.StartAsync();

        CommandRun run = await CommandRun.StartAsync(platform, "files", "delete", "88731293343809");

        run.Out.ShouldBe("deleted 88731293343809\n");
        platform.Requests.Single().Body.ShouldBe("""{"file_id":88731293343809}""");
    }
}
