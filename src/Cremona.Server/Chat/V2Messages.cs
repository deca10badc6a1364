using System.Text;
using System.Text.Json;
using Cremona.Inference.Templates;
using Cremona.Server.Edge;

namespace Cremona.Server.Chat;

/// <summary>Messages with roles, read as the dialogue of a bot: the system messages at the beginning are its setting.
/// So a model tuned on named bots is asked in the form it was taught, whichever interface asks.</summary>
internal static class V2Messages
{
    /// <param name="messages">As given.</param>
    /// <param name="continues">The answer goes on where the last message ends.</param>
    public static (IReadOnlyList<ChatTurn> Turns, ChatEnding Ending) ToPrompt(
        IReadOnlyList<RequestParameters> messages, bool continues)
    {
        int settings = messages.TakeWhile(message => message.FindString("role") == "system").Count();
        PersonaBot[] bots =
        [
            .. messages.Take(settings).Select((message, index) =>
                new PersonaBot(message.FindString("name") ?? "", FindContent(message, index) ?? "")),
        ];
        PersonaMessage[] turns =
        [
            .. messages.Select((message, index) => (message, index)).Skip(settings)
                .Select(item => ReadMessage(item.message, item.index)),
        ];
        if (turns.Length == 0)
        {
            throw ChatFields.ContentIsEmpty();
        }

        var dialogue = new PersonaDialogue(bots, turns);
        return continues
            ? (dialogue.ToTurns(), ChatEnding.ContinueLast)
            : dialogue.ToPrompt(bots.FirstOrDefault()?.Name);
    }

    private static PersonaMessage ReadMessage(RequestParameters message, int index)
    {
        string role = message.FindString("role") ?? throw ApiException.Missing($"messages[{index}].role");
        PersonaSender sender = role switch
        {
            "user" => PersonaSender.User,
            "assistant" => PersonaSender.Bot,
            "tool" => PersonaSender.Function,
            _ => throw ApiException.InvalidParameters($"chat content has invalid message role: {role}"),
        };
        ChatFields.Refuse(message, "function_call");
        IReadOnlyList<ToolCall> calls = sender == PersonaSender.Bot ? V2Tools.ReadCalls(message) : [];
        bool mayBeEmpty = calls.Count > 0
            || (sender == PersonaSender.Function && message.FindElement("content") is not null);
        string content = FindContent(message, index) ?? (mayBeEmpty ? "" : throw ChatFields.ContentIsEmpty());
        return new PersonaMessage(sender, message.FindString("name"), content)
        {
            ToolCalls = calls,
            ToolCallId = sender == PersonaSender.Function ? message.FindString("tool_call_id") : null,
        };
    }

    /// <summary>A text, or the texts of an array of parts, joined.</summary>
    private static string? FindContent(RequestParameters message, int index)
    {
        if (message.FindElement("content") is not { ValueKind: JsonValueKind.Array })
        {
            return message.FindString("content");
        }

        var text = new StringBuilder();
        foreach (RequestParameters part in ChatFields.FindItems(message, "content"))
        {
            string type = part.FindString("type") ?? throw ApiException.Missing($"messages[{index}].content.type");
            if (type != "text")
            {
                throw ChatFields.NotAvailable($"messages[{index}].content of type {type}", "send parts of type text");
            }

            text.Append(part.FindString("text"));
        }

        return text.Length > 0 ? text.ToString() : null;
    }
}
