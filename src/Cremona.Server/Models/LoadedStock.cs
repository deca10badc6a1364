namespace Cremona.Server.Models;

/// <summary>What is loaded on first use, once, however many ask, and leaves again when all of it takes more memory than
/// it may: the one unused for longest first, but none while it is held, and never the one used last. Thread-safe.
/// </summary>
/// <typeparam name="T">What is loaded.</typeparam>
/// <param name="bytesMax">Memory that it may take together.</param>
/// <param name="sizeOf">Bytes of one.</param>
/// <param name="leave">Called with what leaves, when nobody holds it.</param>
internal sealed class LoadedStock<T>(long bytesMax, Func<T, long> sizeOf, Action<string, T>? leave = null)
    where T : class
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LoadedItem<T>> _byKey = new(StringComparer.Ordinal);
    private long _useCount;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _byKey.Count;
            }
        }
    }

    /// <summary>Loads it unless it is there, and keeps it until the hold is disposed. A caller's cancellation ends its
    /// waiting, not the load; a failed load may be tried again.</summary>
    public async Task<LoadedHold<T>> HoldAsync(string key, Func<Task<T>> load, CancellationToken cancellationToken)
    {
        LoadedItem<T> item = Enter(key, load);
        try
        {
            T value = await item.Load.WaitAsync(cancellationToken);
            LetGo();
            return new LoadedHold<T>(value, () => Leave(item));
        }
        catch
        {
            if (item.Load.IsFaulted) Forget(item);
            Leave(item);
            throw;
        }
    }

    /// <summary>Forgets it; whoever uses it goes on undisturbed.</summary>
    public void Drop(string key)
    {
        lock (_lock)
        {
            _byKey.Remove(key);
        }
    }

    /// <summary>Lets all go that has been loaded, held or not.</summary>
    public void Clear()
    {
        LoadedItem<T>[] all;
        lock (_lock)
        {
            all = [.. _byKey.Values.Where(item => item.Value is not null)];
            _byKey.Clear();
        }

        foreach (LoadedItem<T> item in all) leave?.Invoke(item.Key, item.Value!);
    }

    private LoadedItem<T> Enter(string key, Func<Task<T>> load)
    {
        lock (_lock)
        {
            if (!_byKey.TryGetValue(key, out LoadedItem<T>? item))
            {
                item = new LoadedItem<T>(key);
                _byKey[key] = item;

                // Off this thread: the lock is held, and loading takes its time.
                item.Load = Task.Run(() => LoadAsync(item, load));
            }

            item.HolderCount++;
            item.LastUse = ++_useCount;
            return item;
        }
    }

    private async Task<T> LoadAsync(LoadedItem<T> item, Func<Task<T>> load)
    {
        T value = await load();
        lock (_lock)
        {
            item.Value = value;
            item.Bytes = sizeOf(value);
        }

        return value;
    }

    private void Leave(LoadedItem<T> item)
    {
        lock (_lock)
        {
            item.HolderCount--;
        }

        LetGo();
    }

    private void Forget(LoadedItem<T> item)
    {
        lock (_lock)
        {
            if (_byKey.GetValueOrDefault(item.Key) == item) _byKey.Remove(item.Key);
        }
    }

    private void LetGo()
    {
        while (TakeSuperfluous() is { } item) leave?.Invoke(item.Key, item.Value!);
    }

    private LoadedItem<T>? TakeSuperfluous()
    {
        lock (_lock)
        {
            if (_byKey.Values.Sum(item => item.Bytes) <= bytesMax) return null;
            LoadedItem<T>? oldest = _byKey.Values
                .Where(item => item.Value is not null && item.HolderCount == 0 && item.LastUse < _useCount)
                .MinBy(item => item.LastUse);
            if (oldest is not null) _byKey.Remove(oldest.Key);
            return oldest;
        }
    }
}
