using Cremona.Cli.CommandLine;

namespace Cremona.Cli.Tests;

public sealed class UsageCommandTests : IDisposable
{
    private static readonly Dictionary<string, string> NoVariables = [];

    private readonly TempFolder _folder = new();

    [Fact]
    public async Task Balance_IsSetListedAndTakenAway()
    {
        (await RunAsync("balance", "set", "500", "--group", "42")).Out.ShouldBe("group 42: 500\n");
        (await RunAsync("balance", "list", "--json")).Out.ShouldBe("""[{"group_id":"42","tokens_left":500}]""" + "\n");
        (await RunAsync("balance", "set", "unlimited", "--group", "42")).ExitCode.ShouldBe(ExitCode.Success);
        (await RunAsync("balance", "list", "--json")).Out.ShouldBe("[]\n");
    }

    [Fact]
    public async Task Usage_IsEmpty_WhereNobodyCalled()
    {
        (await RunAsync("usage", "--from", "2026-11-01", "--to", "2026-11-02", "--json")).Out.ShouldBe(
            """{"from":"2026-11-01","to":"2026-11-02","total":{"id":null,"name":null,"calls":0,"failed_calls":0,"input_tokens":0,"cached_tokens":0,"output_tokens":0},"by_day":[],"by_model":[],"by_key":[],"base_resp":{"status_code":0,"status_msg":"success"}}""" + "\n");
        (await RunAsync("usage", "--by", "model")).Out.ShouldBe(
            """
            model  calls  failed  input tokens  cached  output tokens
            total  0      0       0             0       0

            """);
        (await RunAsync("usage", "--from", "x")).Error.ShouldBe(
            "error: invalid params, from must be a day from 1970 on, written as 2026-11-28\n");
    }

    [Theory]
    [InlineData("balance", "set", "-1", "--group", "42")]
    [InlineData("balance", "set", "1", "--group", "x")]
    [InlineData("usage", "--by", "weather")]
    public async Task Line_IsNotUnderstood_WhenAValueIsWrong(params string[] arguments) =>
        (await RunAsync(arguments)).ExitCode.ShouldBe(ExitCode.Usage);

    public void Dispose() => _folder.Dispose();

    private Task<CommandRun> RunAsync(params string[] arguments) =>
        CommandRun.StartAsync("", NoVariables, [.. arguments, "--data", _folder.Path]);
}
