using System.Collections.Concurrent;

namespace Cremona.Server.Models;

/// <summary>Runs each load once: callers that come while it runs share it. Who comes when it has failed begins another,
/// whether or not anybody waited for the failed one. A caller's cancellation ends its waiting, not the load.
/// Thread-safe.</summary>
/// <typeparam name="T">What is loaded.</typeparam>
internal sealed class SharedLoads<T>
{
    private readonly ConcurrentDictionary<string, Lazy<Task<T>>> _loads = new(StringComparer.Ordinal);

    public Task<T> GetAsync(string key, Func<Task<T>> load, CancellationToken cancellationToken)
    {
        Lazy<Task<T>> shared = _loads.AddOrUpdate(
            key, _ => new Lazy<Task<T>>(load), (_, last) => HasFailed(last) ? new Lazy<Task<T>>(load) : last);
        return shared.Value.WaitAsync(cancellationToken);
    }

    private static bool HasFailed(Lazy<Task<T>> load) =>
        load.IsValueCreated && load.Value is { IsCompleted: true, IsCompletedSuccessfully: false };
}
