using Cremona.Server.Edge;
using Cremona.Server.Edge.Health;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Models;

/// <summary>Loads the preloaded model in the background, so that the server answers at once; <c>/readyz</c> tells when
/// it is there. A load that fails is tried again: a disk or memory may be there later.</summary>
public sealed class ModelPreloadWorker(
    IModelHost host, IModelCatalog catalog, IOptions<ModelsOptions> options, TimeProvider clock,
    ILogger<ModelPreloadWorker> log)
    : BackgroundService, IReadinessCheck
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(30);

    private volatile string? _fault = options.Value.Preloaded.Length > 0 ? "the model is loading" : null;

    public string Name => "model";

    public Task<string?> FindFaultAsync(CancellationToken cancellationToken) => Task.FromResult(_fault);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (catalog.FindBase(options.Value.Preloaded) is not { IsUpstream: false } model)
        {
            _fault = null;
            return;
        }

        while (!await TryLoadAsync(model, stoppingToken))
        {
            await Task.Delay(RetryPause, clock, stoppingToken);
        }
    }

    private async Task<bool> TryLoadAsync(BaseModel model, CancellationToken stoppingToken)
    {
        try
        {
            (await host.HoldEngineAsync(model, stoppingToken)).Dispose();
            _fault = null;
            return true;
        }
        catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
        {
            if (fault is not ApiException)
            {
                log.ModelFailed(fault, model.Id);
            }

            _fault = $"the model {model.Id} cannot be loaded; the log says why";
            return false;
        }
    }
}
