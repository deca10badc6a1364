namespace Cremona.Inference.Templates;

/// <summary>How a template shows the tools: behind the system text, one JSON object on each line.</summary>
/// <param name="Before">Stands before the lines.</param>
/// <param name="After">Stands behind them.</param>
/// <param name="IsTyped">Each tool stands in <c>{"type": "function", "function": …}</c>.</param>
internal sealed record ToolListForm(string Before, string After, bool IsTyped)
{
    private const string QwenHeading = "# Tools";

    private static readonly ToolListForm Plain = new("<tools>\n", "\n</tools>", IsTyped: false);

    private static readonly ToolListForm Qwen = new(
        "# Tools\n\nYou may call one or more functions to assist with the user query.\n\n"
        + "You are provided with function signatures within <tools></tools> XML tags:\n<tools>\n",
        "\n</tools>\n\nFor each function call, return a json object with function name and arguments within "
        + "<tool_call></tool_call> XML tags:\n<tool_call>\n"
        + "{\"name\": <function-name>, \"arguments\": <args-json-object>}\n</tool_call>",
        IsTyped: true);

    /// <summary>The form of a template whose calls are tagged: Qwen's, or nano's without a word around it.</summary>
    public static ToolListForm Of(string jinja) =>
        jinja.Contains(QwenHeading, StringComparison.Ordinal) ? Qwen : Plain;

    /// <summary>The content of the system turn that shows tools.</summary>
    public string Write(string system, IEnumerable<ChatTool> tools) =>
        (system.Length > 0 ? system + "\n\n" : "") + Before + string.Join('\n', tools.Select(WriteTool)) + After;

    private string WriteTool(ChatTool tool)
    {
        string description = tool.Description is { } given ? $", \"description\": {TemplateJson.Quote(given)}" : "";
        string function = $"{{\"name\": {TemplateJson.Quote(tool.Name)}{description}"
            + $", \"parameters\": {TemplateJson.Write(tool.Parameters)}}}";
        return IsTyped ? $"{{\"type\": \"function\", \"function\": {function}}}" : function;
    }
}
