using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Cremona.Cli.CommandLine;

namespace Cremona.Cli.Tests;

public class DoctorCommandTests
{
    [Fact]
    public async Task Doctor_NamesThePort_WhenSomethingListensThere()
    {
        using TempFolder folder = new();
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        string url = $"http://{taken.LocalEndpoint}";

        CommandRun run = await CommandRun.StartAsync("", [], "doctor", "--data", folder.Path, "--urls", url, "--json");

        run.ExitCode.ShouldBe(ExitCode.Failure);
        JsonElement port = JsonDocument.Parse(run.Out).RootElement.EnumerateArray()
            .Single(finding => finding.GetProperty("name").GetString() == "port");
        port.GetProperty("is_good").GetBoolean().ShouldBeFalse();
        port.GetProperty("detail").GetString()!.ShouldContain("Address already in use");
    }

    [Fact]
    public async Task Doctor_NamesTheFolder_WhenItCannotBeWritten()
    {
        using TempFolder folder = new();
        string file = folder.Write("file", "");

        CommandRun run = await CommandRun.StartAsync("", [], "doctor", "--data", Path.Combine(file, "data"));

        run.ExitCode.ShouldBe(ExitCode.Failure);
        run.Out.ShouldContain("FAIL  data folder");
        run.Out.ShouldNotContain("  store");
    }

    [Fact]
    public async Task Doctor_SaysHowAnAddressLooks_WhenItHasNoScheme()
    {
        using TempFolder folder = new();

        CommandRun run = await CommandRun.StartAsync(
            "", [], "doctor", "--data", folder.Path, "--urls", "localhost:9000");

        run.ShouldBe(new CommandRun(
            ExitCode.Failure, "", "error: --urls localhost:9000: not an http address; give one like http://127.0.0.1:8737\n"));
    }

    [Fact]
    public async Task Doctor_NamesTheSetting_WhenItIsOutOfRange()
    {
        using TempFolder folder = new();

        CommandRun run = await CommandRun.StartAsync(
            "", [], "doctor", "--data", folder.Path, "--set", "Jobs:WorkerCount=-1");

        run.ExitCode.ShouldBe(ExitCode.Failure);
        run.Out.ShouldContain("FAIL  settings        Jobs:WorkerCount is -1; it must be between 0 and 64.");
    }
}
