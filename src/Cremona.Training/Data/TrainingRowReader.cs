using System.Text;
using System.Text.Json;
using Cremona.Inference.Templates;

namespace Cremona.Training.Data;

/// <summary>Turns lines of a training file into dialogues. Unknown fields are ignored. For one file.</summary>
internal sealed class TrainingRowReader
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true);

    private readonly KnownParameters _known = new();

    public static bool IsBlank(ReadOnlySpan<byte> line) => line.TrimStart(" \t"u8).IsEmpty;

    /// <exception cref="TrainingRowException">The row is faulty.</exception>
    public TrainingDialogue Read(ReadOnlyMemory<byte> line)
    {
        using JsonDocument document = Parse(line);
        JsonElement row = document.RootElement;
        if (row.ValueKind != JsonValueKind.Object) throw new TrainingRowException("the line must be a json object");

        JsonElement[] messages = RowFields.ReadList(row, "messages");
        if (messages[0].TryGetProperty("role", out _))
        {
            var tools = new RowTools(row, _known);
            return new TrainingDialogue(OpenAiRow.Read(messages, tools), tools.Tools);
        }

        return RowFields.IsSet(row, "bot_setting") ? ReadPro(row, messages) : ReadClassic(row, messages);
    }

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

    private TrainingDialogue ReadPro(JsonElement row, JsonElement[] messages)
    {
        var tools = new RowTools(row, _known);
        PersonaMessage[] spoken = ReadMessages(messages, tools);
        PersonaBot[] bots = [.. RowFields.ReadList(row, "bot_setting").Select(ReadBot)];
        return new TrainingDialogue(new PersonaDialogue(bots, spoken).ToTurns(), tools.Tools);
    }

    /// <summary>This interface knows no functions.</summary>
    private static TrainingDialogue ReadClassic(JsonElement row, JsonElement[] messages)
    {
        if (RowFields.FindList(row, "functions", "").Length > 0)
            throw new TrainingRowException("functions needs bot_setting; give the row the shape of ChatCompletion Pro");
        PersonaMessage[] spoken = ReadMessages(messages, tools: null);
        string prompt = RowFields.IsSet(row, "prompt") ? RowFields.ReadText(row, "prompt", "") : "";
        string? botName = null, userName = null;
        if (RowFields.IsSet(row, "role_meta"))
        {
            JsonElement names = RowFields.ReadObject(row, "role_meta", "");
            botName = RowFields.FindText(names, "bot_name", "role_meta");
            userName = RowFields.FindText(names, "user_name", "role_meta");
        }

        return new TrainingDialogue(PersonaDialogue.FromPrompt(prompt, botName, userName, spoken).ToTurns(), []);
    }

    /// <param name="tools">Null where there are no functions.</param>
    private static PersonaMessage[] ReadMessages(JsonElement[] messages, RowTools? tools)
    {
        PersonaMessage[] spoken = [.. messages.Select((message, index) => ReadMessage(message, index, tools))];
        return spoken.Any(message => message.Sender == PersonaSender.Bot)
            ? spoken
            : throw new TrainingRowException("messages must hold at least one message of a BOT");
    }

    private static PersonaMessage ReadMessage(JsonElement message, int index, RowTools? tools)
    {
        string path = $"messages[{index}]";
        PersonaSender sender = RowFields.FindText(message, "sender_type", path) switch
        {
            "USER" => PersonaSender.User,
            "BOT" => PersonaSender.Bot,
            "FUNCTION" when tools is not null => PersonaSender.Function,
            _ => throw new TrainingRowException(
                $"{path}.sender_type must be {(tools is null ? "USER or BOT" : "USER, BOT or FUNCTION")}"),
        };
        IReadOnlyList<ToolCall> calls = [];
        if (sender == PersonaSender.Bot && tools is not null) calls = tools.ReadCalls(message, path);
        else RowTools.RefuseCalls(message, path, "only a BOT of a row with bot_setting makes calls; leave it out");
        string? name = RowFields.FindText(message, "sender_name", path);
        string text = calls.Count > 0 ? RowFields.FindText(message, "text", path) ?? ""
            : sender != PersonaSender.Function ? RowFields.ReadText(message, "text", path)
            : RowFields.FindText(message, "text", path) ?? throw new TrainingRowException($"{path}.text must be a string");
        return new PersonaMessage(sender, name, text) { ToolCalls = calls };
    }

    private static PersonaBot ReadBot(JsonElement bot, int index)
    {
        string path = $"bot_setting[{index}]";
        return new PersonaBot(RowFields.FindText(bot, "bot_name", path) ?? "", RowFields.FindText(bot, "content", path) ?? "");
    }
}
