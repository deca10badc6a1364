using System.Text.Json.Serialization;

namespace Cremona.Cli.Client;

/// <summary>A call about one file.</summary>
public sealed record FileIdRequest([property: JsonPropertyName("file_id")] long Id);
