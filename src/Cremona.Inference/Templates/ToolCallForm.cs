namespace Cremona.Inference.Templates;

/// <summary>How a model writes calls of functions in its own output: what stands before the name, between name and
/// arguments, and behind them; name and arguments are JSON. Ordinary text, so that it is spelled by ordinary
/// tokens.</summary>
public sealed record ToolCallForm
{
    /// <summary><c>&lt;tool_call&gt;\n{"name": "f", "arguments": {…}}\n&lt;/tool_call&gt;</c>, several of them on lines
    /// of their own: Hermes, Qwen2.5, Qwen3, nano.</summary>
    public static ToolCallForm Tagged { get; } = new()
    {
        Marker = "<tool_call>",
        BeforeName = "<tool_call>\n{\"name\": ",
        BeforeArguments = ", \"arguments\": ",
        AfterArguments = "}\n</tool_call>",
        Separator = "\n",
    };

    /// <summary>What every call begins with; text that holds it is no plain text of an answer.</summary>
    public required string Marker { get; init; }

    /// <summary>Begins with <see cref="Marker"/>; the name follows as a JSON string.</summary>
    public required string BeforeName { get; init; }

    /// <summary>Between the name and the arguments, which are a JSON object.</summary>
    public required string BeforeArguments { get; init; }

    /// <summary>Behind the arguments.</summary>
    public required string AfterArguments { get; init; }

    /// <summary>Between two calls, and between text and the first call.</summary>
    public required string Separator { get; init; }

    /// <summary>The form that a Jinja template writes, or null when it writes none that is known.</summary>
    internal static ToolCallForm? Find(string jinja)
    {
        // Inside of Jinja's literals line ends and quotes may be escaped.
        string text = jinja.Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\\"", "\"", StringComparison.Ordinal);
        return text.Contains(Tagged.BeforeName, StringComparison.Ordinal)
            && text.Contains(Tagged.BeforeArguments, StringComparison.Ordinal)
            ? Tagged
            : null;
    }
}
