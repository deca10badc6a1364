using System.CommandLine;
using Cremona.Cli.Client;

namespace Cremona.Cli.CommandLine;

/// <summary>A command that talks to a server.</summary>
internal abstract class RemoteCommand : CremonaCommand
{
    private readonly ConnectionOptions _connection = new();

    protected RemoteCommand(Terminal terminal, string name, string description)
        : base(terminal, name, description) => _connection.AddTo(this);

    protected abstract Task<int> RunAsync(CremonaClient client, ParseResult line, CancellationToken cancellationToken);

    protected sealed override async Task<int> RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        using CremonaClient client = _connection.Connect(line, Terminal);
        return await RunAsync(client, line, cancellationToken);
    }
}
