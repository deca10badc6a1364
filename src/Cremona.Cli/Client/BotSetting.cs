using System.Text.Json.Serialization;

namespace Cremona.Cli.Client;

/// <summary>The persona of a bot.</summary>
public sealed record BotSetting(
    [property: JsonPropertyName("bot_name")] string BotName,
    [property: JsonPropertyName("content")] string Content);
