namespace Cremona.Server.Storage;

/// <summary>What was written: size and lower-case hex SHA-256.</summary>
public sealed record BlobDigest(long Bytes, string Sha256);
