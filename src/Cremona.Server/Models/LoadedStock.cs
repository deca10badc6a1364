using System.Runtime.ExceptionServices;

namespace Cremona.Server.Models;

/// <summary>What is loaded on first use, once, however many ask, within a bound of memory: room is made before a load
/// begins. The one unused for longest leaves first, and none while it is held. Thread-safe.</summary>
/// <remarks>Loads that wait for room take their turns. When only what is held stands in their way, that is not given to
/// anybody else and leaves as soon as it is let go, so that steady use of one does not keep the others waiting; it
/// comes back when those give up. Whoever
/// holds one may not wait for another.</remarks>
/// <typeparam name="T">What is loaded.</typeparam>
/// <param name="bytesMax">Memory that all take together.</param>
/// <param name="refuse">The fault of one that never fits, by its key and its bytes.</param>
/// <param name="leave">Called with what leaves, when nobody holds it; its memory is free when this returns.</param>
internal sealed class LoadedStock<T>(
    long bytesMax, Func<string, long, Exception> refuse, Action<string, T>? leave = null)
    where T : class
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LoadedItem<T>> _byKey = new(StringComparer.Ordinal);
    private readonly HashSet<LoadedItem<T>> _inMemory = [];
    private readonly Queue<LoadedItem<T>> _waiting = [];
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
    /// waiting, not a load that has begun; a failed load may be tried again.</summary>
    public async Task<LoadedHold<T>> HoldAsync(string key, StockLoad<T> load, CancellationToken cancellationToken)
    {
        LoadedItem<T> item = Enter(key, load);
        try
        {
            return new LoadedHold<T>(await item.Load.WaitAsync(cancellationToken), () => Release(item));
        }
        catch
        {
            Release(item);
            throw;
        }
    }

    /// <summary>Forgets it; whoever uses it goes on undisturbed.</summary>
    public void Drop(string key)
    {
        lock (_lock)
        {
            if (_byKey.TryGetValue(key, out LoadedItem<T>? found)) Forget(found);
            foreach (LoadedItem<T> item in _inMemory.Where(item => item.Key == key)) item.MakesWayFor = null;
        }

        Settle();
    }

    /// <summary>Lets all go that has been loaded, held or not. What is being loaded leaves when nobody holds it; loads
    /// that wait for room end with <see cref="ObjectDisposedException"/>.</summary>
    public void Clear()
    {
        LoadedItem<T>[] all;
        lock (_lock)
        {
            all = [.. _inMemory.Where(item => item is { Value: not null, IsLeaving: false })];
            _inMemory.ExceptWith(all);
            foreach (LoadedItem<T> item in _inMemory.Concat(_byKey.Values))
                (item.IsForgotten, item.MakesWayFor) = (true, null);
            _byKey.Clear();
            while (_waiting.TryDequeue(out LoadedItem<T>? waiter))
                waiter.Room.SetException(new ObjectDisposedException(nameof(LoadedStock<>)));
        }

        foreach (LoadedItem<T> item in all) leave?.Invoke(item.Key, item.Value!);
    }

    private LoadedItem<T> Enter(string key, StockLoad<T> load)
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

    private async Task<T> LoadAsync(LoadedItem<T> item, StockLoad<T> load)
    {
        try
        {
            await WaitForRoomAsync(item, await load.MeasureAsync());
            T value = await load.RunAsync();
            lock (_lock)
            {
                item.Value = value;
            }

            return value;
        }
        catch
        {
            lock (_lock)
            {
                Forget(item);
                _inMemory.Remove(item);
            }

            throw;
        }
        finally
        {
            Settle();
        }
    }

    private Task WaitForRoomAsync(LoadedItem<T> item, long bytes)
    {
        if (bytes > bytesMax) throw refuse(item.Key, bytes);
        lock (_lock)
        {
            item.Bytes = bytes;
            _waiting.Enqueue(item);
        }

        Settle();
        return item.Room.Task;
    }

    private void Release(LoadedItem<T> item)
    {
        lock (_lock)
        {
            item.HolderCount--;
        }

        Settle();
    }

    private void Settle()
    {
        Exception? fault = null;
        while (TakeLeaving() is { } item)
        {
            try
            {
                leave?.Invoke(item.Key, item.Value!);
            }
            catch (Exception exception)
            {
                fault = exception; // Told when the others are settled, or those would wait for ever.
            }

            lock (_lock)
            {
                _inMemory.Remove(item);
            }
        }

        if (fault is not null) ExceptionDispatchInfo.Throw(fault);
    }

    /// <summary>Lets those in that have room, and finds what may leave for the next one.</summary>
    private LoadedItem<T>? TakeLeaving()
    {
        lock (_lock)
        {
            while (_waiting.TryPeek(out LoadedItem<T>? next) && (TryGiveUp(next) || TryLetIn(next)))
            {
                _waiting.Dequeue();
                TakeBack(next);
            }

            LoadedItem<T>? leaving = _inMemory.FirstOrDefault(
                item => item is { IsForgotten: true, IsLeaving: false, HolderCount: 0, Value: not null });
            if (leaving is not null) leaving.IsLeaving = true;
            return leaving;
        }
    }

    /// <summary>Nobody waits for it any more.</summary>
    private bool TryGiveUp(LoadedItem<T> item)
    {
        if (item.HolderCount > 0) return false;
        Forget(item);
        item.Room.SetCanceled();
        return true;
    }

    /// <summary>Takes room for the next one; where there is none, those unused for longest are to leave.</summary>
    private bool TryLetIn(LoadedItem<T> next)
    {
        long excess = _inMemory.Sum(item => item.Bytes) + next.Bytes - bytesMax;
        if (excess <= 0)
        {
            _inMemory.Add(next);
            next.Room.SetResult();
            return true;
        }

        excess -= _inMemory.Where(item => item.IsForgotten).Sum(item => item.Bytes);
        IEnumerable<LoadedItem<T>> unusedFirst = _inMemory
            .Where(item => item is { Value: not null, IsForgotten: false })
            .OrderBy(item => item.HolderCount > 0).ThenBy(item => item.LastUse);
        foreach (LoadedItem<T> item in unusedFirst)
        {
            if (excess <= 0) break;
            Forget(item);
            item.MakesWayFor = next;
            excess -= item.Bytes;
        }

        return false;
    }

    /// <summary>What was to make way for one that waits no more is found again, unless another has come in its
    /// place.</summary>
    private void TakeBack(LoadedItem<T> waiter)
    {
        foreach (LoadedItem<T> item in _inMemory.Where(item => item.MakesWayFor == waiter && !item.IsLeaving))
        {
            item.MakesWayFor = null;
            item.IsForgotten = !_byKey.TryAdd(item.Key, item);
        }
    }

    private void Forget(LoadedItem<T> item)
    {
        item.IsForgotten = true;
        if (_byKey.GetValueOrDefault(item.Key) == item) _byKey.Remove(item.Key);
    }
}
