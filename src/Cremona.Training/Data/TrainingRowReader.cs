using System.Text;
using System.Text.Json;
using Cremona.Inference.Templates;

namespace Cremona.Training.Data;

/// <summary>Turns one line of a training file into the turns of a dialogue. Unknown fields are ignored.</summary>
internal static class TrainingRowReader
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true);

    public static bool IsBlank(ReadOnlySpan<byte> line) => line.TrimStart(" \t"u8).IsEmpty;

    /// <exception cref="TrainingRowException">The row is faulty.</exception>
    public static IReadOnlyList<ChatTurn> Read(ReadOnlyMemory<byte> line)
    {
        using JsonDocument document = Parse(line);
        JsonElement row = document.RootElement;
        if (row.ValueKind != JsonValueKind.Object) throw new TrainingRowException("the line must be a json object");

        JsonElement[] messages = ReadList(row, "messages");
        if (messages[0].TryGetProperty("role", out _)) return OpenAiRow.Read(messages);

        PersonaMessage[] spoken = [.. messages.Select(ReadMessage)];
        if (!spoken.Any(m => m.Sender == PersonaSender.Bot))
            throw new TrainingRowException("messages must hold at least one message of a BOT");
        return ReadDialogue(row, spoken).ToTurns();
    }

    /// <summary>A text that must be there and not be empty.</summary>
    /// <param name="path">Of the parent, for the fault; empty for the row itself.</param>
    public static string ReadText(JsonElement parent, string name, string path) =>
        ReadOptionalText(parent, name, path) is { Length: > 0 } text
            ? text
            : throw new TrainingRowException($"{PathOf(path, name)} must be a non-empty string");

    private static JsonDocument Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            // The parser lets bytes through that are no characters, as long as nobody reads that text.
            StrictUtf8.GetCharCount(line.Span);
            return JsonDocument.Parse(line);
        }
        catch (DecoderFallbackException)
        {
            throw new TrainingRowException("the line is not valid UTF-8");
        }
        catch (JsonException e)
        {
            throw new TrainingRowException($"invalid json at column {e.BytePositionInLine + 1}");
        }
    }

    private static PersonaDialogue ReadDialogue(JsonElement row, PersonaMessage[] messages)
    {
        if (IsSet(row, "bot_setting")) return new PersonaDialogue([.. ReadList(row, "bot_setting").Select(ReadBot)], messages);

        string prompt = IsSet(row, "prompt") ? ReadText(row, "prompt", "") : "";
        string? botName = null, userName = null;
        if (IsSet(row, "role_meta"))
        {
            JsonElement names = row.GetProperty("role_meta");
            if (names.ValueKind != JsonValueKind.Object) throw new TrainingRowException("role_meta must be an object");
            botName = ReadOptionalText(names, "bot_name", "role_meta");
            userName = ReadOptionalText(names, "user_name", "role_meta");
        }

        return PersonaDialogue.FromPrompt(prompt, botName, userName, messages);
    }

    private static PersonaMessage ReadMessage(JsonElement message, int index)
    {
        string path = $"messages[{index}]";
        string? sender = ReadOptionalText(message, "sender_type", path);
        if (sender is not ("USER" or "BOT")) throw new TrainingRowException($"{path}.sender_type must be USER or BOT");
        return new PersonaMessage(
            sender == "BOT" ? PersonaSender.Bot : PersonaSender.User,
            ReadOptionalText(message, "sender_name", path),
            ReadText(message, "text", path));
    }

    private static PersonaBot ReadBot(JsonElement bot, int index)
    {
        string path = $"bot_setting[{index}]";
        return new PersonaBot(ReadOptionalText(bot, "bot_name", path) ?? "", ReadOptionalText(bot, "content", path) ?? "");
    }

    private static JsonElement[] ReadList(JsonElement row, string name)
    {
        if (!row.TryGetProperty(name, out JsonElement list) || list.ValueKind != JsonValueKind.Array
            || list.GetArrayLength() == 0)
            throw new TrainingRowException($"{name} must be a non-empty array");
        foreach ((int index, JsonElement item) in list.EnumerateArray().Index())
            if (item.ValueKind != JsonValueKind.Object) throw new TrainingRowException($"{name}[{index}] must be an object");
        return [.. list.EnumerateArray()];
    }

    private static string? ReadOptionalText(JsonElement parent, string name, string path)
    {
        if (!IsSet(parent, name)) return null;
        JsonElement value = parent.GetProperty(name);
        string shown = PathOf(path, name);
        if (value.ValueKind != JsonValueKind.String) throw new TrainingRowException($"{shown} must be a string");
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            throw new TrainingRowException($"{shown} holds half of a surrogate pair, which is no character");
        }
    }

    private static string PathOf(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static bool IsSet(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null;
}
