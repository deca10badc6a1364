using System.Text.Json.Serialization;

namespace Cremona.Cli.Client;

/// <summary>Source-generated JSON of the requests. Null means "not set", so it is not written.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EmptyRequest))]
[JsonSerializable(typeof(FileIdRequest))]
[JsonSerializable(typeof(CreateJobRequest))]
[JsonSerializable(typeof(JobIdRequest))]
[JsonSerializable(typeof(PageRequest))]
[JsonSerializable(typeof(EventPageRequest))]
[JsonSerializable(typeof(ModelIdRequest))]
[JsonSerializable(typeof(ChatRequest))]
internal sealed partial class ClientJson : JsonSerializerContext;
