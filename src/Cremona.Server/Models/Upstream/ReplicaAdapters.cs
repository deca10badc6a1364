using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cremona.Server.Models.Upstream;

/// <summary>The adapters of one server, by vLLM's run-time calls <c>load_lora_adapter</c> and
/// <c>unload_lora_adapter</c> (https://docs.vllm.ai, LoRA adapters, dynamic serving). Thread-safe.</summary>
/// <param name="post">Sends a body to a path below the server's base address; gives the status and the beginning of the
/// answer.</param>
internal sealed class ReplicaAdapters(
    Func<string, byte[], CancellationToken, Task<(int Status, string Text)>> post)
{
    /// <summary>Of unloaded adapters that are remembered: far more than calls can be under way while one model is
    /// deleted.</summary>
    private const int UnloadedMax = 1000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task> _loads = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unloaded = new(StringComparer.Ordinal);
    private readonly Queue<string> _unloadedInOrder = new();

    /// <summary>Returns when the server has the adapter; it is loaded once, however many ask.</summary>
    /// <exception cref="UpstreamException">It cannot be loaded, or it was unloaded for good.</exception>
    public async Task LoadAsync(UpstreamAdapter adapter, CancellationToken cancellationToken) =>
        await Load(adapter).WaitAsync(cancellationToken);

    /// <summary>The server does not know the adapter any more; it was started anew.</summary>
    public void Forget(string name)
    {
        lock (_gate)
        {
            _loads.Remove(name);
        }
    }

    /// <summary>Frees an adapter for good, whoever had it loaded: this process, one before it, or another one. A load
    /// of it that has begun here ends first; none begins any more.</summary>
    /// <exception cref="UpstreamException">The server did not free it.</exception>
    public async Task UnloadAsync(string name, CancellationToken cancellationToken)
    {
        Task load = Close(name);
        await load.WaitAsync(cancellationToken).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        cancellationToken.ThrowIfCancellationRequested();
        (int status, string text) = await post(
            "unload_lora_adapter", Body(new JsonObject { ["lora_name"] = name }), cancellationToken);
        bool isGone = status is StatusCodes.Status200OK or StatusCodes.Status404NotFound
            || text.Contains("cannot be found", StringComparison.OrdinalIgnoreCase);
        if (!isGone)
        {
            throw new UpstreamException(UpstreamFault.Failed, $"HTTP {status} for unload_lora_adapter");
        }
    }

    private Task Load(UpstreamAdapter adapter)
    {
        lock (_gate)
        {
            if (_unloaded.Contains(adapter.Name))
            {
                throw new UpstreamException(UpstreamFault.AdapterRefused, "the model has been deleted");
            }

            if (!_loads.TryGetValue(adapter.Name, out Task? load) || load.IsFaulted || load.IsCanceled)
            {
                // Others may wait for the same load: it does not end with the one who asked first.
                load = Task.Run(() => PostLoadAsync(adapter), CancellationToken.None);
                _loads[adapter.Name] = load;
            }

            return load;
        }
    }

    /// <summary>Lets nobody load the adapter any more.</summary>
    /// <returns>The load that is under way.</returns>
    private Task Close(string name)
    {
        lock (_gate)
        {
            if (_unloaded.Add(name))
            {
                _unloadedInOrder.Enqueue(name);
            }

            if (_unloadedInOrder.Count > UnloadedMax)
            {
                _unloaded.Remove(_unloadedInOrder.Dequeue());
            }

            return _loads.Remove(name, out Task? load) ? load : Task.CompletedTask;
        }
    }

    private async Task PostLoadAsync(UpstreamAdapter adapter)
    {
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
