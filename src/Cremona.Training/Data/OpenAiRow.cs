using System.Text.Json;
using Cremona.Inference.Templates;

namespace Cremona.Training.Data;

/// <summary>A row in OpenAI's fine-tuning shape: <c>messages</c> with <c>role</c>, <c>content</c>, an optional
/// <c>name</c> and, on an assistant's message, <c>tool_calls</c> or <c>function_call</c> and an optional
/// <c>weight</c> of 0 (not learned) or 1.</summary>
internal static class OpenAiRow
{
    /// <summary>The row in the form in which serving asks: system messages at the beginning are bots' settings, and
    /// names are shown where several speak.</summary>
    /// <exception cref="TrainingRowException">The row is faulty.</exception>
    public static IReadOnlyList<ChatTurn> Read(JsonElement[] messages, RowTools tools)
    {
        ChatTurn[] given = [.. messages.Select((message, index) => ReadTurn(message, $"messages[{index}]", tools))];
        if (!given.Any(t => t is { Role: ChatRole.Assistant, IsLearned: true }))
            throw new TrainingRowException("messages must hold at least one assistant message that is learned");

        int settings = given.TakeWhile(IsSystem).Count();
        ChatTurn[] spoken = given[settings..];
        IReadOnlyList<ChatTurn> turns = new PersonaDialogue(
            [.. given.Take(settings).Select(turn => new PersonaBot(turn.Name ?? "", turn.Content))],
            [.. spoken.Where(turn => !IsSystem(turn)).Select(ToMessage)]).ToTurns();

        // A system message within a dialogue stays where it is.
        var others = new Queue<ChatTurn>(turns.SkipWhile(IsSystem));
        return [.. turns.TakeWhile(IsSystem), .. spoken.Select(turn => IsSystem(turn) ? turn : others.Dequeue())];
    }

    private static bool IsSystem(ChatTurn turn) => turn.Role == ChatRole.System;

    private static PersonaMessage ToMessage(ChatTurn turn)
    {
        PersonaSender sender = turn.Role switch
        {
            ChatRole.User => PersonaSender.User,
            ChatRole.Assistant => PersonaSender.Bot,
            _ => PersonaSender.Function,
        };
        return new PersonaMessage(sender, turn.Name, turn.Content, turn.IsLearned)
        {
            ToolCalls = turn.ToolCalls,
            ToolCallId = turn.ToolCallId,
        };
    }

    private static ChatTurn ReadTurn(JsonElement message, string path, RowTools tools)
    {
        ChatRole role = ReadRole(message, path);
        IReadOnlyList<ToolCall> calls = [];
        if (role == ChatRole.Assistant) calls = tools.ReadCalls(message, path);
        else RowTools.RefuseCalls(message, path, "only an assistant makes calls; leave it out");
        string? name = role == ChatRole.Tool ? null : RowFields.FindText(message, "name", path);
        return new ChatTurn(role, ReadContent(message, path, role, calls), name, IsLearned(message, path))
        {
            ToolCalls = calls,
            ToolCallId = role == ChatRole.Tool ? RowFields.FindText(message, "tool_call_id", path) : null,
        };
    }

    /// <summary>Empty where an answer only makes calls, or a function gave nothing.</summary>
    private static string ReadContent(
        JsonElement message, string path, ChatRole role, IReadOnlyList<ToolCall> calls) => role switch
        {
            _ when calls.Count > 0 => RowFields.FindText(message, "content", path) ?? "",
            ChatRole.Tool => RowFields.FindText(message, "content", path)
                ?? throw new TrainingRowException($"{path}.content must be a string"),
            _ => RowFields.ReadText(message, "content", path),
        };

    private static ChatRole ReadRole(JsonElement message, string path)
    {
        string? role = message.TryGetProperty("role", out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
        return role switch
        {
            "system" or "developer" => ChatRole.System,
            "user" => ChatRole.User,
            "assistant" => ChatRole.Assistant,
            "tool" or "function" => ChatRole.Tool,
            _ => throw new TrainingRowException($"{path}.role must be system, user, assistant or tool"),
        };
    }

    private static bool IsLearned(JsonElement message, string path)
    {
        if (!message.TryGetProperty("weight", out JsonElement weight) || weight.ValueKind == JsonValueKind.Null) return true;
        if (weight.ValueKind == JsonValueKind.Number && weight.TryGetDouble(out double value)
            && value is 0 or 1) return value == 1;
        throw new TrainingRowException($"{path}.weight must be 0 or 1");
    }
}
