using System.Text.Json;
using Cremona.Inference.Templates;

namespace Cremona.Training.Data;

/// <summary>A row in OpenAI's fine-tuning shape: <c>messages</c> with <c>role</c>, <c>content</c> and, on an
/// assistant's message, an optional <c>weight</c> of 0 (not learned) or 1.</summary>
internal static class OpenAiRow
{
    /// <exception cref="TrainingRowException">The row is faulty.</exception>
    public static IReadOnlyList<ChatTurn> Read(JsonElement[] messages)
    {
        ChatTurn[] turns = [.. messages.Select(ReadTurn)];
        return turns.Any(t => t is { Role: ChatRole.Assistant, IsLearned: true })
            ? turns
            : throw new TrainingRowException("messages must hold at least one assistant message that is learned");
    }

    private static ChatTurn ReadTurn(JsonElement message, int index)
    {
        string path = $"messages[{index}]";
        foreach (string call in (string[])["tool_calls", "function_call"])
        {
            // Leaving it out would teach the model something else than the row says.
            if (message.TryGetProperty(call, out JsonElement value) && value.ValueKind != JsonValueKind.Null)
                throw new TrainingRowException($"{path}.{call} is not supported");
        }

        ChatRole role = ReadRole(message, path);
        return new ChatTurn(role, TrainingRowReader.ReadText(message, "content", path), IsLearned: IsLearned(message, path));
    }

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
            "tool" => ChatRole.Tool,
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
