using System.CommandLine;
using Cremona.Cli.CommandLine;
using Cremona.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Cremona.Cli.Commands;

/// <summary><c>cremona worker</c>: the server's worker loop alone.</summary>
internal sealed class WorkerCommand : CremonaCommand
{
    private readonly StoreOptions _store = new();
    private readonly Option<bool> _exitWithParent = ParentWatch.CreateOption();

    public WorkerCommand(Terminal terminal)
        : base(terminal, "worker", "Run jobs of the same store without serving HTTP, until Ctrl-C; an unfinished job is handed back")
    {
        _store.AddTo(this);
        Add(_exitWithParent);
        Examples =
        [
            "cremona worker --data /var/lib/cremona",
            """cremona worker --set "Storage:ConnectionString=Host=db;Username=cremona;Password=..." --data /var/lib/cremona""",
        ];
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        CheckInstructionSet();
        using IHost host = WorkerProgram.Build([.. _store.ToServerArguments(line)]);
        try
        {
            await host.StartAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is OptionsValidationException or InvalidOperationException)
        {
            throw new CommandException(fault.Message, fault);
        }

        await Terminal.Out.WriteLineAsync($"working on {_store.DataFolder(line)}");
        if (line.GetValue(_exitWithParent))
        {
            ParentWatch.Start(host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication);
        }

        // Being told to stop is how a worker ends well.
        await host.WaitForShutdownAsync(cancellationToken);
        return ExitCode.Success;
    }
}
