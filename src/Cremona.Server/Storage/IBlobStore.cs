namespace Cremona.Server.Storage;

/// <summary>Bytes under keys such as <c>files/113555157340296</c> or
/// <c>adapters/1702558479753114/adapter_config.json</c>. A folder today; the interface leaves room for an S3
/// store.</summary>
public interface IBlobStore
{
    /// <summary>Writes the stream to the key: temporary name, running SHA-256, fsync, rename. Nothing is left behind on
    /// failure.</summary>
    /// <exception cref="IOException">The disk is full or failed.</exception>
    Task<BlobDigest> WriteAsync(string key, Stream content, long maxBytes, CancellationToken cancellationToken);

    /// <exception cref="FileNotFoundException">There is no such key.</exception>
    Stream OpenRead(string key);

    Task DeleteAsync(string key, CancellationToken cancellationToken);

    /// <summary>Deletes every key below the prefix.</summary>
    Task DeleteFolderAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>A local folder holding the blobs below the prefix, for code that reads a folder (adapters,
    /// models).</summary>
    Task<string> MaterializeFolderAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Moves a local folder to the prefix, durably; replaces what was there.</summary>
    Task PublishFolderAsync(string localFolder, string prefix, CancellationToken cancellationToken);
}
