using Cremona.Inference.Adapters;

namespace Cremona.Server.Models;

/// <summary>The adapters used last, at most a fixed number. Each is loaded once, however many ask.
/// Thread-safe.</summary>
internal sealed class AdapterCache(int adaptersMax)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<(string Id, Task<LoraAdapter> Load)>> _byId =
        new(StringComparer.Ordinal);

    private readonly LinkedList<(string Id, Task<LoraAdapter> Load)> _byUse = new(); // last used first

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _byId.Count;
            }
        }
    }

    public async Task<LoraAdapter> GetAsync(
        string id, Func<Task<LoraAdapter>> load, CancellationToken cancellationToken)
    {
        Task<LoraAdapter> task = Touch(id, load);
        try
        {
            return await task.WaitAsync(cancellationToken);
        }
        catch when (task.IsFaulted)
        {
            Drop(id, task);
            throw;
        }
    }

    public void Drop(string id) => Drop(id, null);

    private void Drop(string id, Task<LoraAdapter>? onlyThis)
    {
        lock (_lock)
        {
            if (_byId.TryGetValue(id, out var node) && (onlyThis is null || node.Value.Load == onlyThis))
            {
                _byId.Remove(id);
                _byUse.Remove(node);
            }
        }
    }

    private Task<LoraAdapter> Touch(string id, Func<Task<LoraAdapter>> load)
    {
        lock (_lock)
        {
            if (_byId.TryGetValue(id, out var node))
            {
                _byUse.Remove(node);
                _byUse.AddFirst(node);
                return node.Value.Load;
            }

            while (_byId.Count >= adaptersMax)
            {
                _byId.Remove(_byUse.Last!.Value.Id);
                _byUse.RemoveLast();
            }

            // Off this thread: the lock is held, and reading an adapter takes its time.
            Task<LoraAdapter> task = Task.Run(load);
            _byId[id] = _byUse.AddFirst((id, task));
            return task;
        }
    }
}
