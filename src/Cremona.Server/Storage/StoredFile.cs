namespace Cremona.Server.Storage;

/// <summary>A file of a group: its row. The bytes lie in the blob store under <see cref="BlobKey"/>.</summary>
/// <param name="Id">14 or 15 digits, below 2^53.</param>
/// <param name="GroupId">The owner.</param>
/// <param name="Bytes">Size.</param>
/// <param name="CreatedAtSeconds">Unix time in seconds.</param>
/// <param name="FileName">The original name.</param>
/// <param name="Purpose">The purpose word of the wire.</param>
/// <param name="Sha256">Lower-case hex digest of the content.</param>
/// <param name="BlobKey">Where the content lies.</param>
public sealed record StoredFile(
    long Id, string GroupId, long Bytes, long CreatedAtSeconds, string FileName, string Purpose,
    string Sha256, string BlobKey);
