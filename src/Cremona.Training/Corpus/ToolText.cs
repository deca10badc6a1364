using System.Text.Json;
using Cremona.Inference.Templates;

namespace Cremona.Training.Corpus;

/// <summary>How the embedded model's template shows functions and their calls.</summary>
internal static class ToolText
{
    /// <summary>What a call begins with.</summary>
    public const string CallStart = "<tool_call>";

    private const string ListStart = "<tools>\n";
    private const string ListEnd = "\n</tools>";

    /// <summary>The system turn with the definitions, one on a line.</summary>
    public static string System(string text, IEnumerable<string> definitions) =>
        (text.Length > 0 ? text + "\n\n" : "") + ListStart + string.Join('\n', definitions) + ListEnd;

    /// <summary>Reads the definitions back.</summary>
    public static IReadOnlyList<ChatTool> ToolsOf(string system)
    {
        int start = system.IndexOf(ListStart, StringComparison.Ordinal);
        if (start < 0) return [];
        string list = system[(start + ListStart.Length)..^ListEnd.Length];
        return [.. list.Split('\n').Select(line => ToTool(JsonElement.Parse(line)))];
    }

    private static ChatTool ToTool(JsonElement definition) => new(
        definition.GetProperty("name").GetString()!, definition.GetProperty("description").GetString(),
        definition.GetProperty("parameters"));

    /// <summary>An assistant's call.</summary>
    /// <param name="name">Of the function.</param>
    /// <param name="arguments">A JSON object.</param>
    public static string Call(string name, string arguments) =>
        $"{CallStart}\n{CorpusJson.Object([("name", CorpusJson.Text(name)), ("arguments", arguments)])}\n</tool_call>";
}
