namespace Cremona.Server.Files;

/// <summary>One part of a multipart body. Its content must be read before the next part is asked for.</summary>
/// <param name="Name">The field.</param>
/// <param name="FileName">The file's name without folders, or null for a plain field.</param>
/// <param name="Content">The bytes, once.</param>
public sealed record UploadPart(string Name, string? FileName, Stream Content);
