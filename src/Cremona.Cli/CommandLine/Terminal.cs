using System.Text;
using Spectre.Console;

namespace Cremona.Cli.CommandLine;

/// <summary>What a command reads and writes. Results go to <see cref="Out"/>, so that a script can pipe them; remarks
/// and errors go to <see cref="Error"/>.</summary>
/// <param name="In">Standard input.</param>
/// <param name="Out">Standard output, UTF-8.</param>
/// <param name="Error">Standard error, UTF-8.</param>
/// <param name="Screen">Colours, tables and live progress over <paramref name="Out"/>; plain when it is not a
/// terminal.</param>
/// <param name="IsInteractive">True when a person sits before <paramref name="Out"/>: only then lines are
/// redrawn.</param>
/// <param name="FindVariable">Reads an environment variable; null when it is not set.</param>
/// <param name="Clock">The time of every command.</param>
public sealed record Terminal(
    TextReader In,
    TextWriter Out,
    TextWriter Error,
    IAnsiConsole Screen,
    bool IsInteractive,
    Func<string, string?> FindVariable,
    TimeProvider Clock)
{
    /// <summary>Standard output as bytes, for content that is not text of ours.</summary>
    public Func<Stream> OpenOutput { get; init; } = Console.OpenStandardOutput;

    public static Terminal FromProcess()
    {
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        return new Terminal(
            Console.In,
            Console.Out,
            Console.Error,
            AnsiConsole.Console,
            !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Interactive,
            Environment.GetEnvironmentVariable,
            TimeProvider.System);
    }
}
