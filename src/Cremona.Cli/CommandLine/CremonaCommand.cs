using System.CommandLine;
using System.Data.Common;
using Cremona.Cli.Client;
using Microsoft.Extensions.Options;

namespace Cremona.Cli.CommandLine;

/// <summary>A command that does something. Errors become one clear line on standard error and an exit code, here and
/// nowhere else.</summary>
internal abstract class CremonaCommand : Command
{
    protected CremonaCommand(Terminal terminal, string name, string description)
        : base(name, description)
    {
        Terminal = terminal;
        SetAction(RunGuardedAsync);
    }

    /// <summary>Command lines shown below the help text, ready to be copied.</summary>
    public IReadOnlyList<string> Examples { get; protected init; } = [];

    protected Terminal Terminal { get; }

    /// <summary>Does the work.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    protected abstract Task<int> RunAsync(ParseResult line, CancellationToken cancellationToken);

    private async Task<int> RunGuardedAsync(ParseResult line, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(line, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Cancelled;
        }
        catch (DbException fault)
        {
            // What a database says may go over several lines.
            string reason = fault.Message.ReplaceLineEndings(" ");
            await Terminal.Error.WriteLineAsync(
                $"error: the store: {reason}; look at Storage:ConnectionString, or try `cremona doctor`");
            return ExitCode.Failure;
        }
        catch (Exception fault) when (IsExpected(fault))
        {
            await Terminal.Error.WriteLineAsync($"error: {fault.Message}");
            return ExitCode.Failure;
        }
    }

    /// <summary>Faults whose message is written for a person. Anything else is a defect and keeps its stack
    /// trace.</summary>
    private static bool IsExpected(Exception fault) =>
        fault is CommandException or ClientException or OptionsValidationException
            or IOException or UnauthorizedAccessException or InvalidDataException;
}
