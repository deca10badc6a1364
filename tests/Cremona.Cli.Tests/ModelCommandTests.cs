using Cremona.Cli.CommandLine;

namespace Cremona.Cli.Tests;

public class ModelCommandTests
{
    private static readonly string Nano = Path.Combine(AppContext.BaseDirectory, "models", "nano");

    private static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Convert_GivesTheSameWeightsBack_ThroughAGgufFile()
    {
        using TempFolder folder = new();
        string file = Path.Combine(folder.Path, "nano.gguf");
        string back = Path.Combine(folder.Path, "back");
        (await RunAsync("models", "convert", Nano, file, "--type", "F32")).ExitCode.ShouldBe(ExitCode.Success);
        (await RunAsync("models", "convert", file, back, "--type", "BF16")).ExitCode.ShouldBe(ExitCode.Success);
        foreach (string name in (string[])["model.safetensors", "tokenizer.json"])
        {
            byte[] expected = await File.ReadAllBytesAsync(Path.Combine(Nano, name), TestEnds);
            byte[] actual = await File.ReadAllBytesAsync(Path.Combine(back, name), TestEnds);
            actual.AsSpan().SequenceEqual(expected).ShouldBeTrue(name);
        }
    }

    [Fact]
    public async Task Convert_SaysWhatToChoose_WhenTheTargetCannotHoldTheType()
    {
        using TempFolder folder = new();
        CommandRun run = await RunAsync("models", "convert", Nano, Path.Combine(folder.Path, "x"), "--type", "Q8_0");
        run.ExitCode.ShouldBe(ExitCode.Failure);
        run.Error.ShouldContain("F32, F16 or BF16");
    }

    [Fact]
    public async Task Add_EntersAGgufFile_WithItsWeightFormat()
    {
        using TempFolder folder = new();
        string file = Path.Combine(folder.Path, "small.gguf");
        (await RunAsync("models", "convert", Nano, file, "--type", "Q8_0")).ExitCode.ShouldBe(ExitCode.Success);
        CommandRun run = await RunAsync("models", "add", file, "--weights", "Q8", "--data", folder.Path);
        run.ExitCode.ShouldBe(ExitCode.Success, run.Error);
        string written = await File.ReadAllTextAsync(Path.Combine(folder.Path, "models.json"), TestEnds);
        written.ShouldContain("\"small\"");
        written.ShouldContain("\"Weights\": \"Q8\"");
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(100, false)]
    public async Task Add_Warns_OfAModelThatIsLargerThanTheMemory(int megabytesMax, bool warns)
    {
        using TempFolder folder = new();
        string settings = Path.Combine(folder.Path, "models.json");
        await File.WriteAllTextAsync(settings, $$$"""{"Models": {"MemoryMegabytesMax": {{{megabytesMax}}}}}""", TestEnds);
        CommandRun run = await RunAsync("models", "add", Nano, "--id", "mine", "--data", folder.Path);
        run.ExitCode.ShouldBe(ExitCode.Success, run.Error);
        run.Error.Contains($"Models:MemoryMegabytesMax is {megabytesMax}", StringComparison.Ordinal).ShouldBe(warns);
        (await File.ReadAllTextAsync(settings, TestEnds)).ShouldContain("\"mine\"");
    }

    [Theory]
    [InlineData("--id 'a:b': settings part names by colons", "--id", "a:b")]
    [InlineData("abab6-chat already means the model nano", "--id", "mine", "--alias", "abab6-chat")]
    [InlineData("abab6-chat already means the model nano", "--id", "abab6-chat")]
    public async Task Add_RefusesAName_WithWhichNoServerWouldStart(string message, params string[] arguments)
    {
        using TempFolder folder = new();
        CommandRun run = await RunAsync(["models", "add", Nano, "--data", folder.Path, .. arguments]);
        run.ExitCode.ShouldBe(ExitCode.Failure);
        run.Error.ShouldContain(message);
        File.Exists(Path.Combine(folder.Path, "models.json")).ShouldBeFalse();
    }

    [Fact]
    public async Task Export_WritesABaseModelByItsAlias()
    {
        using TempFolder folder = new();
        string file = Path.Combine(folder.Path, "abab.gguf");
        CommandRun run = await RunAsync(
            "models", "export", "abab5.5-chat", file, "--type", "Q4_0", "--data", Path.Combine(folder.Path, "data"));
        run.ExitCode.ShouldBe(ExitCode.Success, run.Error);
        new FileInfo(file).Length.ShouldBeInRange(4_000_000, 6_000_000);
    }

    [Fact]
    public async Task Export_NamesTheModel_WhenTheGroupHasNoneSuch()
    {
        using TempFolder folder = new();
        CommandRun run = await RunAsync("models", "export", "ft:none", "x.gguf", "--data", folder.Path);
        run.ExitCode.ShouldBe(ExitCode.Failure);
        run.Error.ShouldContain("ft:none");
    }

    private static Task<CommandRun> RunAsync(params string[] arguments) => CommandRun.StartAsync("", [], arguments);
}
