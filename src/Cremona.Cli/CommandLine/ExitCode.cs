namespace Cremona.Cli.CommandLine;

/// <summary>What <c>cremona</c> returns to the shell. Part of the command line's contract; see <c>cremona
/// --help</c>.</summary>
public static class ExitCode
{
    public const int Success = 0;

    /// <summary>The work was understood and failed: the server refused it, was not reached, or a check did not
    /// pass.</summary>
    public const int Failure = 1;

    /// <summary>The command line could not be understood; nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>Ended by Ctrl-C (128 + SIGINT, as shells do).</summary>
    public const int Cancelled = 130;
}
