using System.Globalization;
using System.Text;
using System.Text.Json;
using Cremona.Inference.Templates;

namespace Cremona.Server.Chat.WebSearch;

/// <summary>The function by which a model searches the web, and what it is told of the results.</summary>
internal static class WebSearchPlugin
{
    public const string Name = "plugin_web_search";

    private const int QueryLengthMax = 100;

    public static ChatTool Tool { get; } = new(
        Name,
        "Searches the web; refer to results as 【number†source】. 搜索互联网；引用结果时写【编号†source】。",
        JsonElement.Parse("""
            {"type":"object","properties":{"query_list":{"type":"array","items":{"type":"string","minLength":1,"maxLength":100},
             "minItems":1,"maxItems":3}},"required":["query_list"],"additionalProperties":false}
            """));

    /// <summary>What a call asks for; nothing where it makes no sense.</summary>
    /// <param name="arguments">A model here is held to the schema of <see cref="Tool"/>, one of another server may write
    /// anything.</param>
    public static IReadOnlyList<string> ReadQueries(string arguments)
    {
        try
        {
            var call = JsonElement.Parse(arguments);
            return call.ValueKind == JsonValueKind.Object && call.TryGetProperty("query_list", out JsonElement list)
                && list.ValueKind == JsonValueKind.Array
                    ? [.. list.EnumerateArray().Select(ReadQuery).OfType<string>()]
                    : [];
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return []; // The latter: half a character in a name.
        }
    }

    private static string? ReadQuery(JsonElement query)
    {
        try
        {
            string text = query.ValueKind == JsonValueKind.String ? query.GetString()!.Trim() : "";
            return text.Length is > 0 and <= QueryLengthMax ? text : null;
        }
        catch (InvalidOperationException)
        {
            return null; // Half a character.
        }
    }

    /// <summary>The results of a call, numbered as the platform numbers them.</summary>
    /// <param name="results">Those that are told.</param>
    /// <param name="firstNumber">Of the first of them.</param>
    /// <param name="leftOut">How many are not.</param>
    public static string Write(IReadOnlyList<WebSearchResult> results, int firstNumber, int leftOut)
    {
        var text = new StringBuilder("参考资料:");
        int number = firstNumber;
        foreach (WebSearchResult result in results)
        {
            text.Append(
                CultureInfo.InvariantCulture, $"\n[{number++}] {result.Title} ({result.Url}) {result.Excerpt}");
        }

        text.Append(results.Count > 0 ? "" : "\n(无)");
        return leftOut == 0
            ? text.ToString()
            : text.Append(CultureInfo.InvariantCulture, $"\n(另有 {leftOut} 条含敏感词，未列出)").ToString();
    }
}
