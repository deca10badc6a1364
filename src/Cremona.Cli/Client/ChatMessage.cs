using System.Text.Json.Serialization;

namespace Cremona.Cli.Client;

/// <summary>One turn: <c>USER</c> or <c>BOT</c>, and who speaks.</summary>
public sealed record ChatMessage(
    [property: JsonPropertyName("sender_type")] string SenderType,
    [property: JsonPropertyName("sender_name")] string SenderName,
    [property: JsonPropertyName("text")] string Text);
