using System.CommandLine;
using System.Data.Common;
using System.Runtime.CompilerServices;
using Cremona.Cli.Client;
using Cremona.Inference.Kernels;
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

    /// <summary>Fails now, not at the first request or job, where the environment forces an instruction set that is
    /// none.</summary>
    protected static void CheckInstructionSet() =>
        RuntimeHelpers.RunClassConstructor(typeof(InstructionSet).TypeHandle);

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
        catch (TypeInitializationException fault) when (fault.InnerException is InvalidOperationException mistake)
        {
            // An environment variable that is read once per process is wrong; the message names it and the remedy.
            await Terminal.Error.WriteLineAsync($"error: {mistake.Message}");
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
