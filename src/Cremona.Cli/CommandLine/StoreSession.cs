using Cremona.Server;
using Cremona.Server.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cremona.Cli.CommandLine;

/// <summary>The server's services without its listener, for commands that work on the store itself, beside a running
/// server too.</summary>
internal sealed class StoreSession : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StoreSession(WebApplication app) => _app = app;

    /// <summary>Checks the settings, opens the store and brings its schema up to date.</summary>
    public static async Task<StoreSession> OpenAsync(
        IEnumerable<string> serverArguments, CancellationToken cancellationToken)
    {
        // A command's standard output is its result; what the server would log does not belong there.
        StoreSession session = new(ServerProgram.Build(
            [.. serverArguments], services => services.AddLogging(logging => logging.ClearProviders())));
        session.Get<IStartupValidator>().Validate();
        await session.Get<StoragePreparation>().StartAsync(cancellationToken);
        return session;
    }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
