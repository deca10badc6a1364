using System.Collections.Concurrent;

namespace Cremona.Server.Models;

/// <summary>Runs each load once: callers that come while it runs share it, a failed load is forgotten and may be tried
/// again. A caller's cancellation ends its waiting, not the load. Thread-safe.</summary>
/// <typeparam name="T">What is loaded.</typeparam>
internal sealed class SharedLoads<T>
{
    private readonly ConcurrentDictionary<string, Lazy<Task<T>>> _loads = new(StringComparer.Ordinal);

    public async Task<T> GetAsync(string key, Func<Task<T>> load, CancellationToken cancellationToken)
    {
        Lazy<Task<T>> shared = _loads.GetOrAdd(key, _ => new Lazy<Task<T>>(load));
        try
        {
            return await shared.Value.WaitAsync(cancellationToken);
        }
        catch when (shared.Value.IsFaulted)
        {
            _loads.TryRemove(KeyValuePair.Create(key, shared));
            throw;
        }
    }
}
