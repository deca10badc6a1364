using System.CommandLine;
using Cremona.Cli.CommandLine;

namespace Cremona.Cli.Tests;

public class CommandLineTests
{
    private static readonly Dictionary<string, string> NoVariables = [];

    [Theory]
    [InlineData("fly")]
    [InlineData("files")]
    [InlineData("files", "upload")]
    [InlineData("files", "get", "no-number")]
    [InlineData("files", "list", "--nonsense")]
    [InlineData("chat", "--json")]
    public async Task InvokeAsync_ReturnsTwo_WhenTheLineIsNotUnderstood(params string[] arguments)
    {
        CommandRun run = await CommandRun.StartAsync("", NoVariables, arguments);

        run.ExitCode.ShouldBe(ExitCode.Usage);
        run.Error.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("'--port' was not matched. Did you mean", "serve", "--port", "x")]
    [InlineData("for option '--epochs' as a whole number.", "finetune", "create", "f", "--epochs", "x")]
    [InlineData("--suffix toolongname: the server would cut it", "finetune", "create", "f", "--suffix", "toolongname")]
    [InlineData("--set Jobs=1: a setting has the form Section:Name=value", "serve", "--set", "Jobs=1")]
    [InlineData("--epochs 0: a number from 1 to 100", "finetune", "create", "f", "--epochs", "0")]
    [InlineData("--batch-size 101: a number from 1 to 100", "finetune", "create", "f", "--batch-size", "101")]
    [InlineData(
        "--learning-rate-multiplier 0: a number from 1e-6 to 1",
        "finetune", "create", "f", "--learning-rate-multiplier", "0")]
    [InlineData("--temperature 0: a number above 0, at most 1", "chat", "--temperature", "0")]
    [InlineData("for option '--temperature' as a number.", "chat", "--temperature", "x")]
    [InlineData("--max-tokens 0: a number of at least 1", "chat", "--max-tokens", "0")]
    [InlineData("--threads 257: a number from 1 to 256", "pretrain", "recipe.json", "--threads", "257")]
    [InlineData("for option '--threads' as a whole number.", "pretrain", "recipe.json", "--threads", "x")]
    public async Task InvokeAsync_SaysWhatIsWrongAndWhereHelpIs(string message, params string[] arguments)
    {
        CommandRun run = await CommandRun.StartAsync("", NoVariables, arguments);

        run.ExitCode.ShouldBe(ExitCode.Usage);
        run.Error.ShouldContain(message);
        run.Error.ShouldContain($"See cremona {(arguments[0] == "finetune" ? "finetune create" : arguments[0])} --help");
        (run.Out + run.Error).ShouldNotContain("Usage:");
        run.Error.ShouldNotContain("System.");
    }

    [Fact]
    public async Task InvokeAsync_ShowsExitCodesAndVariables_WhenAskedForHelp()
    {
        CommandRun run = await CommandRun.StartAsync("", NoVariables, "--help");

        run.ExitCode.ShouldBe(ExitCode.Success);
        run.Out.ShouldContain("CREMONA_URL");
        run.Out.ShouldContain("CREMONA_KEY");
        run.Out.ShouldContain("130");
    }

    [Fact]
    public async Task EveryCommand_ShowsAnExampleThatParses_WhenAskedForHelp()
    {
        var terminal = Terminal.FromProcess();
        foreach (string[] words in Leaves(CommandTree.Build(terminal), []))
        {
            CommandRun run = await CommandRun.StartAsync("", NoVariables, [.. words, "--help"]);
            run.Out.ShouldContain("Examples:", customMessage: string.Join(' ', words));
            run.Out.ShouldContain($"cremona {string.Join(' ', words)}");
            IEnumerable<string> lines = run.Out.Split("Examples:")[1].Split('\n');
            foreach (string example in lines.Where(text => text.StartsWith("  cremona ", StringComparison.Ordinal)))
            {
                CommandTree.Build(terminal).Parse(example.Trim()["cremona ".Length..]).Errors.ShouldBeEmpty(example);
            }
        }
    }

    [Fact]
    public async Task RemoteCommand_NamesAddressAndRemedy_WhenThereIsNoServer()
    {
        CommandRun run = await CommandRun.StartAsync(
            "", NoVariables, "files", "list", "--url", "http://127.0.0.1:1");

        run.ExitCode.ShouldBe(ExitCode.Failure);
        run.Error.ShouldStartWith("error: no server at http://127.0.0.1:1/: Connection refused");
        run.Error.ShouldContain("cremona serve");
        run.Error.Count(c => c == '\n').ShouldBe(1);
    }

    [Fact]
    public async Task RemoteCommand_NamesTheVariable_WhenTheAddressIsNoUrl()
    {
        CommandRun run = await CommandRun.StartAsync(
            "", new() { [ConnectionOptions.UrlVariable] = "localhost" }, "files", "list");

        run.ExitCode.ShouldBe(ExitCode.Failure);
        run.Error.ShouldContain("CREMONA_URL");
    }

    [Fact]
    public async Task RemoteCommand_SaysSo_WhenSomethingElseAnswers()
    {
        await using FakePlatform platform = await FakePlatform.StartAsync();
        platform.AnswerAs("/v1/files/list", "text/html", "<html>");

        CommandRun run = await CommandRun.StartAsync(platform, "files", "list");

        run.ExitCode.ShouldBe(ExitCode.Failure);
        run.Error.ShouldContain("is that address a Cremona server?");
    }

    [Fact]
    public async Task RemoteCommand_SendsTheKey_OptionBeforeVariable()
    {
        await using FakePlatform platform = await FakePlatform.StartAsync();
        platform.Answer("/v1/files/list", """{"files":[],"base_resp":{"status_code":0,"status_msg":"success"}}""");
        Dictionary<string, string> variables = new()
        {
            [ConnectionOptions.UrlVariable] = platform.Url,
            [ConnectionOptions.KeyVariable] = "sk-variable",
        };

        await CommandRun.StartAsync("", variables, "files", "list");
        await CommandRun.StartAsync("", variables, "files", "list", "--key", "sk-option");

        platform.Requests.Select(r => r.Authorization).ShouldBe(["Bearer sk-variable", "Bearer sk-option"]);
    }

    [Fact]
    public async Task RemoteCommand_NamesTheRemedy_WhenTheKeyIsRefused()
    {
        await using FakePlatform platform = await FakePlatform.StartAsync();
        platform.Answer("/v1/files/list", """{"base_resp":{"status_code":1004,"status_msg":"token is unusable"}}""");

        CommandRun run = await CommandRun.StartAsync(platform, "files", "list");

        run.ExitCode.ShouldBe(ExitCode.Failure);
        run.Error.ShouldContain("token is unusable (code 1004); make a key with `cremona keys create");
    }

    [Theory]
    [InlineData("token is unusable", 1004)]
    [InlineData("invalid api key", 2049)]
    public async Task RemoteCommand_NamesTheRemedy_WhenTheKeyIsRefusedInTheShapeOfOpenAI(string text, int code)
    {
        await using FakePlatform platform = await FakePlatform.StartAsync();
        platform.AnswerAs(
            "/v1/models",
            "application/json",
            $$$"""{"type":"error","error":{"type":"authorized_error","message":"{{{text}}} ({{{code}}})","http_code":"401"},"request_id":"x"}""",
            status: 401);

        CommandRun run = await CommandRun.StartAsync(platform, "models", "list");

        run.ExitCode.ShouldBe(ExitCode.Failure);
        run.Error.ShouldStartWith(
            $"error: the server refused: {text} (code {code}); make a key with `cremona keys create");
    }

    [Fact]
    public async Task StoreCommand_NamesTheSetting_WhenTheDatabaseIsDown()
    {
        using TempFolder folder = new();

        CommandRun run = await CommandRun.StartAsync(
            "", NoVariables, "keys", "list", "--data", folder.Path,
            "--set", "Storage:ConnectionString=Host=127.0.0.1;Port=1;Username=nobody");

        run.ExitCode.ShouldBe(ExitCode.Failure);
        run.Error.ShouldStartWith("error: the store: ");
        run.Error.ShouldContain("127.0.0.1:1");
        run.Error.ShouldEndWith("; look at Storage:ConnectionString, or try `cremona doctor`\n");
        run.Error.Count(c => c == '\n').ShouldBe(1);
    }

    [Fact]
    public async Task StoreCommand_SaysSo_WhenTheFileIsNoDatabase()
    {
        using TempFolder folder = new();
        folder.Write("cremona.db", new string('x', 4096));

        CommandRun run = await CommandRun.StartAsync("", NoVariables, "keys", "list", "--data", folder.Path);

        run.ExitCode.ShouldBe(ExitCode.Failure);
        run.Error.ShouldStartWith("error: the store: ");
        run.Error.ShouldContain("file is not a database");
        run.Error.Count(c => c == '\n').ShouldBe(1);
    }

    private static IEnumerable<string[]> Leaves(Command command, string[] words) =>
        command.Subcommands.Count == 0
            ? [words]
            : command.Subcommands.SelectMany(child => Leaves(child, [.. words, child.Name]));
}
