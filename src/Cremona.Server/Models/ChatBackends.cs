using Cremona.Server.Edge;
using Cremona.Server.Models.Upstream;
using Cremona.Server.Storage;

namespace Cremona.Server.Models;

/// <summary>Gets ready what answers for a model.</summary>
internal sealed class ChatBackends(
    IModelHost host, UpstreamPools pools, ITunedModelStore tunedModels, IBlobStore blobs, DataFolder folder,
    SecretStore secrets)
{
    private const string CacheSecretName = "upstream-cache";

    private byte[]? _cacheSecret;

    /// <summary>A tuned model runs where its adapter can be loaded: on the servers of its base model if they do that,
    /// otherwise here, by the weights that it was trained on.</summary>
    /// <exception cref="ApiException">1013: the model cannot be loaded.</exception>
    public async Task<IChatBackend> OpenAsync(ServedModel served, CancellationToken cancellationToken)
    {
        if (served.Tuned is { } tuned)
        {
            await tunedModels.MarkCalledAsync(tuned, cancellationToken);
        }

        return pools.Find(served.Base.Id) is { } pool && (served.Tuned is null || pool.LoadsAdapters)
            ? new UpstreamChatBackend(
                served, pool, await FindAdapterAsync(served.Tuned, pool, cancellationToken),
                pool.SaltsCache ? await GetCacheSecretAsync(cancellationToken) : null)
            : new LocalChatBackend(served, await host.LoadAsync(served.Base, cancellationToken), host);
    }

    private async Task<byte[]> GetCacheSecretAsync(CancellationToken cancellationToken) =>
        _cacheSecret ??= await secrets.GetAsync(CacheSecretName, cancellationToken);

    private async Task<UpstreamAdapter?> FindAdapterAsync(
        TunedModel? tuned, UpstreamPool pool, CancellationToken cancellationToken)
    {
        if (tuned is null)
        {
            return null;
        }

        string path = await blobs.MaterializeFolderAsync(tuned.AdapterKey, cancellationToken);
        return new UpstreamAdapter(tuned.Id, pool.Translate(path, folder.Root));
    }
}
