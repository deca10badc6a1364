using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cremona.Server.Models.Upstream;

/// <summary>The adapters that one server has loaded for us, by vLLM's run-time calls <c>load_lora_adapter</c> and
/// <c>unload_lora_adapter</c> (https://docs.vllm.ai, LoRA adapters, dynamic serving). Thread-safe.</summary>
/// <param name="post">Sends a body to a path below the server's base address; gives the status and the beginning of the
/// answer.</param>
internal sealed class ReplicaAdapters(
    Func<string, byte[], CancellationToken, Task<(int Status, string Text)>> post)
{
    private readonly ConcurrentDictionary<string, Lazy<Task>> _loads = new(StringComparer.Ordinal);

    /// <summary>Returns when the server has the adapter; it is loaded once, however many ask.</summary>
    /// <exception cref="UpstreamException">It cannot be loaded.</exception>
    public async Task LoadAsync(UpstreamAdapter adapter, CancellationToken cancellationToken)
    {
        Lazy<Task> load = _loads.GetOrAdd(adapter.Name, _ => new Lazy<Task>(() => PostLoadAsync(adapter)));
        try
        {
            await load.Value.WaitAsync(cancellationToken);
        }
        catch when (load.Value.IsFaulted)
        {
            _loads.TryRemove(KeyValuePair.Create(adapter.Name, load));
            throw;
        }
    }

    /// <summary>The server does not know the adapter any more; it was started anew.</summary>
    public void Forget(string name) => _loads.TryRemove(name, out _);

    /// <summary>Frees an adapter that was loaded.</summary>
    /// <exception cref="UpstreamException">The server cannot be reached.</exception>
    public async Task UnloadAsync(string name, CancellationToken cancellationToken)
    {
        if (_loads.TryRemove(name, out _))
        {
            await post("unload_lora_adapter", Body(new JsonObject { ["lora_name"] = name }), cancellationToken);
        }
    }

    private async Task PostLoadAsync(UpstreamAdapter adapter)
    {
        // Others may wait for the same load: it does not end with the one who asked first.
        (int status, string text) = await post(
            "load_lora_adapter", Body(new JsonObject { ["lora_name"] = adapter.Name, ["lora_path"] = adapter.Path }),
            CancellationToken.None);
        bool isThere = status == StatusCodes.Status200OK
            || text.Contains("already been loaded", StringComparison.OrdinalIgnoreCase);
        if (!isThere)
        {
            // One group's adapter must not speak against the server that all groups use.
            bool isRefused = status is >= 400 and < 500 and not (StatusCodes.Status401Unauthorized
                or StatusCodes.Status403Forbidden or StatusCodes.Status429TooManyRequests);
            throw new UpstreamException(
                isRefused ? UpstreamFault.AdapterRefused : UpstreamFault.Failed,
                $"HTTP {status} for load_lora_adapter; does the server allow run-time adapters, and does it see {adapter.Path}?");
        }
    }

    private static byte[] Body(JsonObject json) => JsonSerializer.SerializeToUtf8Bytes(json);
}
