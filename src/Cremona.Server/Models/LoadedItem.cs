namespace Cremona.Server.Models;

/// <summary>One of a <see cref="LoadedStock{T}"/>, under its lock.</summary>
internal sealed class LoadedItem<T>(string key)
    where T : class
{
    public string Key { get; } = key;

    public Task<T> Load { get; set; } = null!;

    /// <summary>Completes when there is room for it.</summary>
    public TaskCompletionSource Room { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Null until it is loaded.</summary>
    public T? Value { get; set; }

    /// <summary>What it takes, or waits for.</summary>
    public long Bytes { get; set; }

    public int HolderCount { get; set; }

    /// <summary>Larger is later.</summary>
    public long LastUse { get; set; }

    /// <summary>It is not found any more, and leaves when nobody holds it.</summary>
    public bool IsForgotten { get; set; }

    /// <summary>Why it is forgotten: the next one that waits needs its room. Null where it is forgotten for
    /// good.</summary>
    public LoadedItem<T>? MakesWayFor { get; set; }

    /// <summary>It is leaving now.</summary>
    public bool IsLeaving { get; set; }
}
