using System.CommandLine;

namespace Cremona.Cli.CommandLine;

/// <summary><c>--json</c>: print the server's own answer, for scripts.</summary>
public static class JsonOption
{
    public static Option<bool> Create() => new("--json") { Description = "Print the server's JSON answer and nothing else" };
}
