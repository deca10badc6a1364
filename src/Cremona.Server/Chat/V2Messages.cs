using System.Text.Json;
using Cremona.Inference.Templates;
using Cremona.Server.Edge;
using Cremona.Server.Models;
using Microsoft.Extensions.AI;
using ChatRole = Cremona.Inference.Templates.ChatRole;

namespace Cremona.Server.Chat;

/// <summary>Messages with roles, read as the dialogue of a bot: the system messages at the beginning are its setting.
/// So a model tuned on named bots is asked in the form it was taught, whichever interface asks.</summary>
internal static class V2Messages
{
    /// <param name="messages">As given.</param>
    /// <param name="continues">The answer goes on where the last message ends.</param>
    public static (IReadOnlyList<ChatTurn> Turns, ChatEnding Ending, ChatImages Images) ToPrompt(
        IReadOnlyList<RequestParameters> messages, bool continues)
    {
        int settings = messages.TakeWhile(IsSetting).Count();
        PersonaBot[] bots =
        [
            .. messages.Take(settings).Select(message =>
                new PersonaBot(message.FindString("name") ?? "", FindContent(message) ?? "")),
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
        (IReadOnlyList<ChatTurn> said, ChatEnding ending) = continues
            ? (dialogue.ToTurns(), ChatEnding.ContinueLast)
            : dialogue.ToPrompt(bots.FirstOrDefault()?.Name);
        return (said, ending, FindImages([.. messages.Skip(settings)], said));
    }

    private static ChatImages FindImages(RequestParameters[] messages, IReadOnlyList<ChatTurn> turns)
    {
        int before = turns[0].Role == ChatRole.System ? 1 : 0;
        var parts = new Dictionary<int, IReadOnlyList<AIContent>>();
        List<(string Field, ImagePart Image)> images = [];
        foreach ((int index, RequestParameters message) in messages.Index())
        {
            (string Field, AIContent Part)[] said = ReadParts(message);
            (string, ImagePart)[] shown =
                [.. said.Where(item => item.Part is ImagePart).Select(item => (item.Field, (ImagePart)item.Part))];
            if (shown.Length == 0)
            {
                continue;
            }

            // What stands before the text is the speaker's name, where names are shown.
            string turn = turns[before + index].Content;
            string name = turn[..^TextOf(said).Length];
            parts[before + index] = [.. NameParts(name), .. said.Select(item => item.Part)];
            images.AddRange(shown);
        }

        return images.Count > 0 ? new ChatImages(parts, images) : ChatImages.None;
    }

    private static string TextOf(IEnumerable<(string Field, AIContent Part)> parts) =>
        string.Concat(parts.Select(item => item.Part).OfType<TextContent>().Select(part => part.Text));

    private static TextContent[] NameParts(string name) => name.Length > 0 ? [new TextContent(name)] : [];

    /// <summary>OpenAI calls a system message <c>developer</c> since its o1.</summary>
    private static bool IsSetting(RequestParameters message) => message.FindString("role") is "system" or "developer";

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
            || (sender == PersonaSender.Function && message.FindElement("content") is not null)
            || ReadParts(message).Any(item => item.Part is ImagePart);
        string content = FindContent(message) ?? (mayBeEmpty ? "" : throw ChatFields.ContentIsEmpty());
        return new PersonaMessage(sender, message.FindString("name"), content)
        {
            ToolCalls = calls,
            ToolCallId = sender == PersonaSender.Function ? message.FindString("tool_call_id") : null,
        };
    }

    /// <summary>A text, or the texts of an array of parts, joined.</summary>
    private static string? FindContent(RequestParameters message)
    {
        if (!HasParts(message))
        {
            return message.FindString("content");
        }

        string text = TextOf(ReadParts(message));
        return text.Length > 0 ? text : null;
    }

    /// <summary>The parts of a content that is an array of them; none of any other.</summary>
    private static (string Field, AIContent Part)[] ReadParts(RequestParameters message) => !HasParts(message)
        ? []
        :
        [
            .. ChatFields.FindItems(message, "content").Select(part =>
                (part.Path.TrimEnd('.'), ReadPart(part, message.FindString("role") == "user"))),
        ];

    private static bool HasParts(RequestParameters message) =>
        message.FindElement("content") is { ValueKind: JsonValueKind.Array };

    private static AIContent ReadPart(RequestParameters part, bool isOfUser)
    {
        string type = part.FindString("type") ?? throw ApiException.Missing($"{part.Path}type");
        return type switch
        {
            "text" => new TextContent(part.FindString("text") ?? ""),
            "image_url" when isOfUser => ReadImage(part),
            "image_url" => throw ChatFields.NotAvailable($"{part.Path}type image_url", "send images as role user"),
            _ => throw ChatFields.NotAvailable($"{part.Path}type {type}", "send parts of type text"),
        };
    }

    /// <summary>An address may stand for the object that has it.</summary>
    private static ImagePart ReadImage(RequestParameters part)
    {
        if (part.FindElement("image_url") is { ValueKind: JsonValueKind.String } address)
        {
            return new ImagePart(address.GetString()!, null);
        }

        RequestParameters image = part.GetObject("image_url");
        return new ImagePart(image.FindString("url") ?? "", image.FindString("detail"));
    }
}
