using System.Text.Json.Serialization;
using Cremona.Protocol.Envelope;

namespace Cremona.Protocol.Files;

/// <summary>Answer of <c>files/upload</c>.</summary>
/// <param name="File">The new file.</param>
/// <param name="FileId">A copy at the top level, where one official demo reads it.</param>
/// <param name="BaseResponse">Success.</param>
public sealed record UploadFileResponse(
    [property: JsonPropertyName("file")] FileObject File,
    [property: JsonPropertyName("file_id")] long FileId,
    [property: JsonPropertyName("base_resp")] BaseResponse BaseResponse);

/// <summary>Answer of <c>files/list</c>: ascending by creation.</summary>
public sealed record ListFilesResponse(
    [property: JsonPropertyName("files")] IReadOnlyList<FileObject> Files,
    [property: JsonPropertyName("base_resp")] BaseResponse BaseResponse);

/// <summary>Answer of <c>files/retrieve</c>.</summary>
public sealed record RetrieveFileResponse(
    [property: JsonPropertyName("file")] FileObject File,
    [property: JsonPropertyName("base_resp")] BaseResponse BaseResponse);

/// <summary>Answer of <c>files/delete</c>.</summary>
public sealed record DeleteFileResponse(
    [property: JsonPropertyName("file_id")] long FileId,
    [property: JsonPropertyName("base_resp")] BaseResponse BaseResponse);
