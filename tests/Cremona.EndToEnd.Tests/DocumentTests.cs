using System.Text.Json;
using System.Text.RegularExpressions;

namespace Cremona.EndToEnd.Tests;

/// <summary>Runs the shell blocks of the documents that are marked <c>&lt;!-- run --&gt;</c>, in order, against a real
/// server. Only the port and the data folder are the test's own.</summary>
[Trait("Speed", "Slow")]
public partial class DocumentTests
{
    private const string DocumentedUrl = "http://127.0.0.1:8737/";

    private static readonly TimeSpan BlockLimit = TimeSpan.FromMinutes(5);

    [Theory]
    [InlineData("README.md")]
    [InlineData("README.zh-CN.md")]
    [InlineData("docs/guides/first-steps.md")]
    [InlineData("docs/guides/deployment.md")]
    [InlineData("docs/guides/functions.md")]
    public async Task MarkedBlocks_Work_AsTheyArePrinted(string document)
    {
        string text = await File.ReadAllTextAsync(Path.Combine(FindRepository(), document));
        MatchCollection blocks = MarkedBlock().Matches(text);
        blocks.Count.ShouldBePositive();
        using TempFolder folder = new();
        await using RealServer server = await RealServer.StartAsync(Path.Combine(folder.Path, "cremona-data"));
        string prologue = $"""
            export PATH="{AppContext.BaseDirectory}:$PATH" CREMONA_URL={server.Address}

            """;
        foreach (Match block in blocks)
        {
            string script = prologue + block.Groups["script"].Value
                .Replace(DocumentedUrl, server.Address.ToString(), StringComparison.Ordinal)
                .Replace("cremona doctor", "cremona doctor --urls http://127.0.0.1:0", StringComparison.Ordinal);
            string output = await Shell.RunAsync(script, BlockLimit, folder.Path);
            if (block.Groups["answer"].Success)
            {
                Shape(output).ShouldBe(Shape(block.Groups["answer"].Value));
            }
        }
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("README.zh-CN.md")]
    public async Task Commands_OfTheFirstScreen_AreUnderstood(string document)
    {
        string text = await File.ReadAllTextAsync(Path.Combine(FindRepository(), document));
        string[] commands = [.. RunCommand().Matches(text).Select(match => match.Groups[1].Value)];
        commands.ShouldBe(["demo", "serve"]);
        foreach (string command in commands)
        {
            (int code, _, _) = await CremonaProcess.RunAsync(
                new Dictionary<string, string>(), TimeSpan.FromMinutes(1), command, "--help");
            code.ShouldBe(0);
        }
    }

    [Fact]
    public async Task FirstCommand_OfTheFirstScreen_TeachesTheModel_WordForWord()
    {
        string repository = FindRepository();
        string text = await File.ReadAllTextAsync(Path.Combine(repository, "README.md"));
        string command = RunCommand().Match(text).Value;
        command.ShouldEndWith("-- demo");
        using TempFolder folder = new();

        string output = await Shell.RunAsync($"TMPDIR={folder.Path} {command}", BlockLimit, repository);

        Regex.Count(output, @"\[knows: ").ShouldBe(6, output);
    }

    /// <summary>The names and kinds of all values, in order; the values themselves change from run to run.</summary>
    private static string Shape(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return Shape(document.RootElement);
    }

    private static string Shape(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(
            ',', element.EnumerateObject().Select(property => $"{property.Name}:{Shape(property.Value)}")) + "}",
        JsonValueKind.Array => "[" + string.Join(',', element.EnumerateArray().Select(Shape)) + "]",
        _ => element.ValueKind.ToString(),
    };

    private static string FindRepository()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Cremona.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("No Cremona.slnx above the tests.");
        }

        return folder;
    }

    [GeneratedRegex(
        @"<!-- run(: answer)? -->\s*```bash\n(?<script>.*?)```(\s*```json\n(?<answer>.*?)```)?",
        RegexOptions.Singleline)]
    private static partial Regex MarkedBlock();

    [GeneratedRegex(@"^dotnet run -c Release --project src/Cremona\.Cli -- (.+)$", RegexOptions.Multiline)]
    private static partial Regex RunCommand();
}
