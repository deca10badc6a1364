namespace Cremona.Cli.CommandLine;

/// <summary>An expected failure of a command: one line that names what is wrong, why, and what to do about
/// it.</summary>
public sealed class CommandException(string message, Exception? cause = null) : Exception(message, cause);
