using System.Text.Json.Serialization;

namespace Cremona.Cli.Client;

/// <summary>Body of <c>chatcompletion_pro</c>.</summary>
public sealed record ChatRequest(
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("bot_setting")] IReadOnlyList<BotSetting> Bots,
    [property: JsonPropertyName("reply_constraints")] ReplyConstraints ReplyConstraints,
    [property: JsonPropertyName("messages")] IReadOnlyList<ChatMessage> Messages,
    [property: JsonPropertyName("temperature")] double? Temperature = null,
    [property: JsonPropertyName("tokens_to_generate")] int? TokensToGenerate = null,
    [property: JsonPropertyName("stream")] bool Stream = false);
