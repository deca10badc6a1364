using System.Collections.Frozen;
using Cremona.Protocol.Envelope;
using Cremona.Protocol.Files;
using Cremona.Server.Storage;

namespace Cremona.Server.Files;

/// <summary>Rows to wire records.</summary>
public static class FilesWire
{
    private const string AnyType = "application/octet-stream";

    /// <summary>Types a client may want to know. JSON is left out on purpose: clients take <c>application/json</c> for
    /// an envelope. HTML and SVG are left out because they would run as a page of this server.</summary>
    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>
    {
        [".csv"] = "text/csv",
        [".txt"] = "text/plain",
        [".md"] = "text/plain",
        [".pdf"] = "application/pdf",
        [".docx"] = "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        [".tar"] = "application/x-tar",
        [".zip"] = "application/zip",
        [".mp3"] = "audio/mpeg",
        [".m4a"] = "audio/mp4",
        [".wav"] = "audio/wav",
        [".flac"] = "audio/flac",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static UploadFileResponse Uploaded(StoredFile file) => new(ToWire(file), file.Id, BaseResponse.Success);

    public static ListFilesResponse Listed(IEnumerable<StoredFile> files) =>
        new([.. files.Select(file => ToWire(file))], BaseResponse.Success);

    public static RetrieveFileResponse Retrieved(StoredFile file, string downloadUrl) =>
        new(ToWire(file, downloadUrl), BaseResponse.Success);

    public static DeleteFileResponse Deleted(long id) => new(id, BaseResponse.Success);

    /// <summary>Never <c>application/json</c>.</summary>
    public static string ContentType(string fileName) => Types.GetValueOrDefault(Path.GetExtension(fileName), AnyType);

    private static FileObject ToWire(StoredFile file, string? downloadUrl = null) =>
        new(file.Id, file.Bytes, file.CreatedAtSeconds, file.FileName, file.Purpose, downloadUrl);
}
