namespace Cremona.Training.Corpus;

/// <summary>How the embedded model's template shows functions and their calls.</summary>
internal static class ToolText
{
    /// <summary>What a call begins with.</summary>
    public const string CallStart = "<tool_call>";

    /// <summary>The system turn with the definitions, one on a line.</summary>
    public static string System(string text, IEnumerable<string> definitions) =>
        (text.Length > 0 ? text + "\n\n" : "") + $"<tools>\n{string.Join('\n', definitions)}\n</tools>";

    /// <summary>An assistant's call.</summary>
    /// <param name="name">Of the function.</param>
    /// <param name="arguments">A JSON object.</param>
    public static string Call(string name, string arguments) =>
        $"{CallStart}\n{CorpusJson.Object([("name", CorpusJson.Text(name)), ("arguments", arguments)])}\n</tool_call>";
}
