using System.Text.Json.Serialization;

namespace Cremona.Protocol.Files;

/// <summary>A file on the wire.</summary>
/// <param name="FileId">14 or 15 digits, a number below 2^53.</param>
/// <param name="Bytes">Size.</param>
/// <param name="CreatedAt">Unix time in seconds.</param>
/// <param name="FileName">The original name.</param>
/// <param name="Purpose">As uploaded.</param>
/// <param name="DownloadUrl">An absolute link that needs no key and expires; only on retrieve, otherwise
/// absent.</param>
public sealed record FileObject(
    [property: JsonPropertyName("file_id")] long FileId,
    [property: JsonPropertyName("bytes")] long Bytes,
    [property: JsonPropertyName("created_at")] long CreatedAt,
    [property: JsonPropertyName("filename")] string FileName,
    [property: JsonPropertyName("purpose")] string Purpose,
    [property: JsonPropertyName("download_url")] string? DownloadUrl = null);
