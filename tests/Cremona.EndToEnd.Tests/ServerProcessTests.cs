using System.Net;

namespace Cremona.EndToEnd.Tests;

public class ServerProcessTests
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Serve_AnswersOnAFreePort_AndStopsWithinTenSeconds()
    {
        using TempFolder folder = new();
        await using RealServer server = await RealServer.StartAsync(folder.Path);

        HttpResponseMessage health = await server.Http.GetAsync("/healthz");

        health.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await server.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Serve_EndsWithItsParent_WhenTheParentsEndOfThePipeIsClosed()
    {
        using TempFolder folder = new();
        await using RealServer server = await RealServer.StartAsync(folder.Path);

        server.Process.Input.Close();

        (await server.Process.WaitForExitAsync(StopLimit)).ShouldBe(0);
    }

    [Fact]
    public async Task Serve_SaysInOneLineWhatIsWrong_WhenThePortIsTaken()
    {
        using TempFolder folder = new();
        using TempFolder other = new();
        await using RealServer server = await RealServer.StartAsync(folder.Path);

        await using CremonaProcess second = CremonaProcess.Start(
            "serve", "--urls", server.Address.ToString(), "--data", other.Path);

        (await second.WaitForExitAsync(TimeSpan.FromSeconds(60))).ShouldBe(1);
        second.StandardError.ShouldBe(
            $"error: Failed to bind to address {server.Address.ToString().TrimEnd('/')}: address already in use.");
        second.StandardOutput.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task Serve_SaysInOneLineWhatIsWrong_WhenTheAddressIsNone()
    {
        using TempFolder folder = new();
        await using CremonaProcess server = CremonaProcess.Start(
            "serve", "--urls", "nonsense", "--data", folder.Path);

        (await server.WaitForExitAsync(TimeSpan.FromSeconds(60))).ShouldBe(1);
        server.StandardError.ShouldBe(
            "error: --urls: Invalid url: 'nonsense'; give addresses like http://127.0.0.1:8737, parted by semicolons");
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("worker")]
    [InlineData("doctor")]
    public async Task Command_SaysInOneLineWhatIsWrong_WhenTheInstructionSetIsNone(string command)
    {
        using TempFolder folder = new();
        Dictionary<string, string> variables = new() { ["CREMONA_INSTRUCTION_SET"] = "sse9" };

        (int code, string output, string error) = await RunAsync(variables, command, "--data", folder.Path);

        (code, output).ShouldBe((1, ""));
        error.ShouldBe(
            "error: CREMONA_INSTRUCTION_SET is 'sse9'; it must be scalar, vector128, avx2, avxvnni or avx512, or not be set.");
    }

    [Fact]
    public async Task Keys_OpenTheServerToTheirGroup_AndCloseOpenMode()
    {
        using TempFolder folder = new();
        await using RealServer server = await RealServer.StartAsync(folder.Path);
        Dictionary<string, string> variables = new() { ["CREMONA_URL"] = server.Address.ToString() };
        (int before, _, _) = await RunAsync(variables, "files", "list");

        (int created, string output, _) = await RunAsync(
            [], "keys", "create", "--group", "77", "--name", "n", "--data", folder.Path);
        string key = output.Split('\n')[^1];
        (int without, _, string refusal) = await RunAsync(variables, "files", "list");
        variables["CREMONA_KEY"] = key;
        (int with, _, _) = await RunAsync(variables, "files", "list");

        (before, created, without, with).ShouldBe((0, 0, 1, 0));
        key.ShouldStartWith("sk-");
        refusal.ShouldContain("code 1004");
    }

    private static Task<(int ExitCode, string Output, string Error)> RunAsync(
        Dictionary<string, string> variables, params string[] arguments) =>
        CremonaProcess.RunAsync(variables, TimeSpan.FromSeconds(60), arguments);
}
