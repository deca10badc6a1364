using System.Text.Json.Serialization;

namespace Cremona.Cli.Client;

/// <summary>Who is to answer.</summary>
public sealed record ReplyConstraints(
    [property: JsonPropertyName("sender_type")] string SenderType,
    [property: JsonPropertyName("sender_name")] string SenderName);
