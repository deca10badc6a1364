using System.Text.Json.Serialization;

namespace Cremona.Protocol.Files;

[JsonSerializable(typeof(UploadFileResponse))]
[JsonSerializable(typeof(ListFilesResponse))]
[JsonSerializable(typeof(RetrieveFileResponse))]
[JsonSerializable(typeof(DeleteFileResponse))]
public sealed partial class FilesJson : JsonSerializerContext;
