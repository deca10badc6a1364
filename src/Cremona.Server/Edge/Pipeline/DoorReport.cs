using Cremona.Server.Edge.Keys;
using Cremona.Server.Storage;

namespace Cremona.Server.Edge.Pipeline;

/// <summary>Says once, after the listener is up, who may enter.</summary>
internal sealed class DoorReport(
    IHostApplicationLifetime lifetime, OpenMode openMode, KeyStore keys, JwtKeys jwtKeys, DataFolder folder,
    ILogger<DoorReport> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(() => _ = ReportAsync());
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task ReportAsync()
    {
        try
        {
            if (await openMode.IsOpenAsync(CancellationToken.None))
            {
                log.OpenMode();
            }
            else if (!jwtKeys.IsConfigured && !await keys.AnyAsync(CancellationToken.None))
            {
                log.NobodyCanEnter(folder.Root);
            }
        }
        catch (Exception fault)
        {
            log.LogError(fault, "Cannot read the keys");
        }
    }
}
