using System.Text.RegularExpressions;

namespace Cremona.EndToEnd.Tests;

/// <summary>What a person sees: commands on a real pseudo-terminal, which <c>script</c> of util-linux opens.</summary>
public partial class TerminalTests
{
    private const string Script = "/usr/bin/script";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Watch_RedrawsOneProgressBar_BelowTheEvents()
    {
        Assert.SkipUnless(File.Exists(Script), $"{Script} opens the terminal and is not installed (util-linux).");
        using TempFolder folder = new();
        await using RealServer server = await TrainingServer.StartAsync(folder, "data");
        string job = await TrainingServer.CreateJobAsync(server, await TrainingServer.UploadAsync(server), epochs: 8);

        string seen = await Shell.RunAsync(
            $"""
            export TERM=xterm-256color CREMONA_URL={server.Address}
            {Script} --quiet --return --command "stty cols 120; {CremonaProcess.ExecutablePath} finetune watch {job}" /dev/null
            """,
            Limit);

        string[] bars = [.. ProgressBar().Matches(seen).Select(bar => bar.Value)];
        bars.Length.ShouldBeGreaterThan(2, seen);
        bars[^1].ShouldContain("480/480");
        seen.ShouldContain("\e[");
        string text = EscapeSequence().Replace(seen, "");
        foreach (string state in new[] { "created", "pending", "running", "succeeded" })
        {
            Regex.Count(text, $"Z {state}").ShouldBe(1, seen);
        }
    }

    [GeneratedRegex(@"step [0-9,]+/[0-9,]+")]
    private static partial Regex ProgressBar();

    [GeneratedRegex(@"\e\[[0-9;?]*[A-Za-z]")]
    private static partial Regex EscapeSequence();
}
