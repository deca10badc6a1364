namespace Cremona.Server.Storage;

/// <summary>The content of a blob is longer than its writer allowed; nothing was kept.</summary>
public sealed class BlobTooLargeException(long maxBytes) : Exception($"The content exceeds {maxBytes} bytes.")
{
    public long MaxBytes { get; } = maxBytes;
}
