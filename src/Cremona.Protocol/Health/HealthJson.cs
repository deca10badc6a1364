using System.Text.Json.Serialization;

namespace Cremona.Protocol.Health;

[JsonSerializable(typeof(HealthResponse))]
public sealed partial class HealthJson : JsonSerializerContext;
