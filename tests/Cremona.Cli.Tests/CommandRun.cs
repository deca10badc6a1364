using Cremona.Cli.CommandLine;
using Spectre.Console;

namespace Cremona.Cli.Tests;

/// <summary>One run of <c>cremona</c> inside the test's process: exit code and what was printed.</summary>
internal sealed record CommandRun(int ExitCode, string Out, string Error)
{
    public static Task<CommandRun> StartAsync(FakePlatform platform, params string[] arguments) =>
        StartAsync("", new() { [ConnectionOptions.UrlVariable] = platform.Url }, arguments);

    public static async Task<CommandRun> StartAsync(
        string input, Dictionary<string, string> variables, params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        MemoryStream bytes = new();
        Terminal terminal = new(
            new StringReader(input),
            output,
            error,
            AnsiConsole.Create(new AnsiConsoleSettings
            {
                Ansi = AnsiSupport.No,
                ColorSystem = ColorSystemSupport.NoColors,
                Interactive = InteractionSupport.No,
                Out = new AnsiConsoleOutput(output),
            }),
            IsInteractive: false,
            name => variables.GetValueOrDefault(name),
            TimeProvider.System)
        {
            OpenOutput = () => bytes,
        };
        int code = await CommandTree.InvokeAsync(arguments, terminal, TestContext.Current.CancellationToken);
        return new CommandRun(
            code, output + System.Text.Encoding.UTF8.GetString(bytes.ToArray()), error.ToString());
    }
}
