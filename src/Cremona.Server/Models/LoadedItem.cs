namespace Cremona.Server.Models;

/// <summary>One of a <see cref="LoadedStock{T}"/>, under its lock.</summary>
internal sealed class LoadedItem<T>(string key)
    where T : class
{
    public string Key { get; } = key;

    public Task<T> Load { get; set; } = null!;

    /// <summary>Null until it is loaded.</summary>
    public T? Value { get; set; }

    public long Bytes { get; set; }

    public int HolderCount { get; set; }

    /// <summary>Larger is later.</summary>
    public long LastUse { get; set; }
}
