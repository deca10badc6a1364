using Microsoft.Extensions.Options;

namespace Cremona.Server.Models.Upstream;

/// <summary>The servers of every model that another server runs.</summary>
internal sealed class UpstreamPools : IDisposable
{
    private readonly Dictionary<string, UpstreamPool> _byModel;

    public UpstreamPools(IOptions<ModelsOptions> options, TimeProvider clock, ILogger<UpstreamPools> log) =>
        _byModel = options.Value.Entries.Where(pair => pair.Value.Upstream is not null).ToDictionary(
            pair => pair.Key, pair => new UpstreamPool(pair.Key, pair.Value.Upstream!, clock, log));

    /// <summary>Null: this server runs the model itself.</summary>
    public UpstreamPool? Find(string modelId) => _byModel.GetValueOrDefault(modelId);

    public void Dispose()
    {
        foreach (UpstreamPool pool in _byModel.Values)
        {
            pool.Dispose();
        }
    }
}
