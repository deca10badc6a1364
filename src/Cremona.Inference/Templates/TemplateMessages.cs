using Cremona.Inference.Templates.Jinja;
using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates;

/// <summary>Turns and tools as templates see them: <c>messages</c> and <c>tools</c> in the form of the OpenAI
/// shape.</summary>
internal static class TemplateMessages
{
    /// <summary>The turns; what they say is marked with their numbers from 1.</summary>
    public static object?[] OfTurns(IReadOnlyList<ChatTurn> turns) =>
        [.. turns.Select((turn, index) => OfTurn(turn, index + 1))];

    /// <summary>The tools, or null when there are none.</summary>
    public static object?[]? OfTools(IReadOnlyList<ChatTool> tools) =>
        tools.Count == 0 ? null : [.. tools.Select(OfTool)];

    private static JinjaMap OfTurn(ChatTurn turn, int origin)
    {
        var message = new JinjaMap();
        message.Set("role", new MarkedText(RoleName(turn.Role)));
        message.Set("content", new MarkedText(turn.Content, origin));
        if (turn.Name is { } name) message.Set("name", new MarkedText(name, origin));
        if (turn.ToolCallId is { } id) message.Set("tool_call_id", new MarkedText(id, origin));
        if (turn.ToolCalls.Count > 0)
            message.Set("tool_calls", turn.ToolCalls.Select(call => (object?)OfCall(call, origin)).ToArray());
        return message;
    }

    private static JinjaMap OfCall(ToolCall call, int origin)
    {
        var function = new JinjaMap();
        function.Set("name", new MarkedText(call.Name, origin));
        function.Set("arguments", JinjaJson.Read(call.Arguments, origin));
        var map = new JinjaMap();
        if (call.Id is { } id) map.Set("id", new MarkedText(id, origin));
        map.Set("type", new MarkedText("function"));
        map.Set("function", function);
        return map;
    }

    private static JinjaMap OfTool(ChatTool tool)
    {
        var function = new JinjaMap();
        function.Set("name", new MarkedText(tool.Name, MarkedText.FromOutside));
        if (tool.Description is { } description)
            function.Set("description", new MarkedText(description, MarkedText.FromOutside));
        function.Set("parameters", JinjaJson.Read(tool.Parameters, MarkedText.FromOutside));
        var map = new JinjaMap();
        map.Set("type", new MarkedText("function"));
        map.Set("function", function);
        return map;
    }

    private static string RoleName(ChatRole role) => role switch
    {
        ChatRole.System => "system",
        ChatRole.User => "user",
        ChatRole.Assistant => "assistant",
        ChatRole.Tool => "tool",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, null),
    };
}
