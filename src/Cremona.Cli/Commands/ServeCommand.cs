using System.CommandLine;
using Cremona.Cli.CommandLine;
using Cremona.Cli.Demo;
using Cremona.Server;
using Cremona.Server.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cremona.Cli.Commands;

/// <summary><c>cremona serve</c>: the server, in this process.</summary>
internal sealed class ServeCommand : CremonaCommand
{
    /// <summary>These log a stack trace when the start fails; the command's one line says it better.</summary>
    private static readonly string[] NoisyAtStart =
        ["Microsoft.Extensions.Hosting.Internal.Host", "Microsoft.AspNetCore.Server.Kestrel"];

    private readonly Option<string?> _urls = new("--urls")
    {
        Description = $"Where to listen; port 0 takes a free one. Default: {EdgeOptions.DefaultUrl}",
        HelpName = "URL",
    };

    private readonly StoreOptions _store = new();
    private readonly Option<bool> _exitWithParent = ParentWatch.CreateOption();

    public ServeCommand(Terminal terminal)
        : base(terminal, "serve", "Run the server until Ctrl-C; unfinished jobs go on at the next start")
    {
        Add(_urls);
        _store.AddTo(this);
        Add(_exitWithParent);
        Examples =
        [
            "cremona serve",
            "cremona serve --urls http://127.0.0.1:9000 --data /var/lib/cremona",
            """cremona serve --set "Storage:ConnectionString=Host=db;Username=cremona;Password=..." --data /var/lib/cremona""",
        ];
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        CheckInstructionSet();
        List<string> arguments = [.. _store.ToServerArguments(line)];
        if (line.GetValue(_urls) is { } urls)
        {
            arguments.Add($"--urls={urls}");
        }

        await using WebApplication app = await StartAsync([.. arguments], cancellationToken);
        await Terminal.Out.WriteLineAsync($"data in {_store.DataFolder(line)}");
        foreach (string url in app.Urls)
        {
            await Terminal.Out.WriteLineAsync(ServerProcess.ReadyPrefix + url);
        }

        if (line.GetValue(_exitWithParent))
        {
            ParentWatch.Start(app.Lifetime.StopApplication);
        }

        // Being told to stop is how a server ends well, so Ctrl-C is success here.
        await app.WaitForShutdownAsync(cancellationToken);
        return ExitCode.Success;
    }

    private static async Task<WebApplication> StartAsync(string[] arguments, CancellationToken cancellationToken)
    {
        bool isStarted = false;
        WebApplication app = ServerProgram.Build(arguments, services => services.AddLogging(
            logging => logging.AddFilter((category, _) => isStarted || !NoisyAtStart.Contains(category))));
        try
        {
            await app.StartAsync(cancellationToken);
            isStarted = true;
            return app;
        }
        catch (Exception fault)
        {
            await app.DisposeAsync();
            if (fault is InvalidOperationException)
            {
                // A setting of the environment is wrong; the message names it, its reason and the remedy.
                throw new CommandException(fault.Message, fault);
            }

            if (fault is FormatException)
            {
                throw new CommandException(
                    $"--urls: {fault.Message}; give addresses like {EdgeOptions.DefaultUrl}, parted by semicolons", fault);
            }

            throw;
        }
    }
}
