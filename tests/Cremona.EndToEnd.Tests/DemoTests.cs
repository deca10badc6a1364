using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Cremona.EndToEnd.Tests;

[Trait("Speed", "Slow")]
public partial class DemoTests(ITestOutputHelper output)
{
    private static readonly TimeSpan RunLimit = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Demo_TeachesEveryFact_AndPrintsLinesThatWorkAgain()
    {
        using TempFolder folder = new();
        long start = TimeProvider.System.GetTimestamp();

        (int code, string text, string error) =
            await CremonaProcess.RunAsync(new Dictionary<string, string>(), RunLimit, "demo", "--data", folder.Path);

        // The bar of 180 s is for a machine that does nothing else, so it is reported here and not asserted.
        output.WriteLine($"demo took {TimeProvider.System.GetElapsedTime(start).TotalSeconds:0} s");
        code.ShouldBe(0, $"{text}\n{error}");
        Regex.Count(text, @"\[knows: ").ShouldBe(6);
        foreach (string step in new[] { "created", "pending", "running", "succeeded ft:abab5.5s-chat-240123_" })
        {
            text.ShouldContain($"Z {step}");
        }

        string adapter = AdapterLine().Match(text).Groups[1].Value;
        Directory.GetFiles(adapter).Select(Path.GetFileName)
            .ShouldBe(["adapter_config.json", "adapter_model.safetensors"], ignoreOrder: true);
        Process.GetProcesses().ShouldNotContain(process => process.Id == ServerId(text));
        await ShouldWorkAgainAsync(folder.Path, text);
    }

    [Theory]
    [InlineData("1. Server ")]
    [InlineData("3. Fine-tuning job ")]
    public async Task Demo_LeavesNoProcess_WhenCtrlCComes(string moment)
    {
        Assert.SkipWhen(
            IgnoresInterrupt(), "These tests run in a background job whose shell ignores SIGINT, and so do its children.");
        using TempFolder folder = new();
        await using CremonaProcess demo = CremonaProcess.Start("demo", "--data", folder.Path);
        await demo.WaitForLineAsync(moment, TimeSpan.FromMinutes(2));

        demo.Signal("INT");

        (await demo.WaitForExitAsync(StopLimit)).ShouldBe(130);
        Process.GetProcesses().ShouldNotContain(process => process.Id == ServerId(demo.StandardOutput));
    }

    [Fact]
    public async Task Demo_LeavesNoProcess_WhenItIsKilled()
    {
        using TempFolder folder = new();
        await using CremonaProcess demo = CremonaProcess.Start("demo", "--data", folder.Path);
        string line = await demo.WaitForLineAsync("1. Server ", TimeSpan.FromMinutes(2));
        using var server = Process.GetProcessById(ServerId(line));

        await demo.KillAsync();

        using CancellationTokenSource limit = new(StopLimit);
        await server.WaitForExitAsync(limit.Token);
    }

    /// <summary>The printed curl lines against a server on the same folder, but for the port, which the test may not
    /// fix.</summary>
    private static async Task ShouldWorkAgainAsync(string folder, string text)
    {
        await using RealServer server = await RealServer.StartAsync(folder);
        string[] lines = [.. text.Split('\n').Where(line => line.StartsWith("curl ", StringComparison.Ordinal))];
        lines.Length.ShouldBe(6);
        string answer = "";
        foreach (string line in lines)
        {
            answer = await Shell.RunAsync(
                line.Replace("http://127.0.0.1:8737/", server.Address.ToString(), StringComparison.Ordinal),
                TimeSpan.FromMinutes(1));
            answer.ShouldContain("\"status_code\":0", customMessage: line);
        }

        answer.ShouldContain("Anna Bianchi");
    }

    private static int ServerId(string text) => int.Parse(ServerLine().Match(text).Groups[1].Value);

    [GeneratedRegex(@"runs as process (\d+)")]
    private static partial Regex ServerLine();

    [GeneratedRegex(@"Its adapter, a PEFT folder: (\S+)")]
    private static partial Regex AdapterLine();

    /// <summary>An ignored signal is inherited by every child and cannot be sent to good effect.</summary>
    private static bool IgnoresInterrupt()
    {
        const ulong interruptBit = 1 << 1;
        string mask = File.ReadLines("/proc/self/status")
            .First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))["SigIgn:".Length..];
        return (Convert.ToUInt64(mask.Trim(), 16) & interruptBit) != 0;
    }
}
