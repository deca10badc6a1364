using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Cremona.Protocol.Chat;
using Cremona.Server.Chat.WebSearch;

namespace Cremona.Server.Chat;

/// <summary>Writes what led to an answer that searched the web.</summary>
internal static partial class V2Steps
{
    /// <summary>The question, each call with its result, and the answer with the pages that it refers to; null where
    /// nothing was searched.</summary>
    public static IReadOnlyList<V2StepMessage>? Write(string question, ChatAnswer answer) => answer.Steps.Count == 0
        ? null
        :
        [
            new V2StepMessage(question, "user"),
            .. answer.Steps.SelectMany(Write),
            new V2StepMessage(
                answer.Calls.Count > 0 && answer.Text.Length == 0 ? null : answer.Text, "assistant",
                answer.Calls.Count > 0 ? V2Wire.ToCalls(answer) : null,
                Annotations: FindAnnotations(answer)),
        ];

    private static IEnumerable<V2StepMessage> Write(PluginStep step)
    {
        var call = new V2ToolCall(
            null, step.Call.CallId, "web_search", new V2FunctionCall(step.Call.Name, step.Call.Arguments));
        yield return new V2StepMessage(null, "assistant", [call]);
        yield return new V2StepMessage(step.Result, "tool", ToolCallId: step.Call.CallId);
    }

    /// <summary>The places of an answer that refer to pages, in order; null where there are none.</summary>
    public static IReadOnlyList<V2CitationAnnotation>? FindCitations(ChatAnswer answer)
    {
        WebSearchResult[] pages = [.. answer.Steps.SelectMany(step => step.Pages)];
        List<V2CitationAnnotation> found = [];
        int at = 0;
        int characters = 0; // before it
        foreach ((Match match, WebSearchResult page) in FindReferences(answer.Text, pages))
        {
            ReadOnlySpan<char> between = answer.Text.AsSpan(at, match.Index - at);
            at = match.Index;
            foreach (Rune _ in between.EnumerateRunes())
            {
                characters++;
            }

            found.Add(new V2CitationAnnotation(
                new V2UrlCitation(characters, characters + match.Length, page.Url, page.Title)));
        }

        return found.Count > 0 ? found : null;
    }

    private static V2Annotation[]? FindAnnotations(ChatAnswer answer)
    {
        WebSearchResult[] pages = [.. answer.Steps.SelectMany(step => step.Pages)];
        V2Annotation[] found =
        [
            .. FindReferences(answer.Text, pages).DistinctBy(found => found.Mark.Value)
                .Select(found => new V2Annotation(found.Mark.Value, found.Page.Url, found.Page.Excerpt)),
        ];
        return found.Length > 0 ? found : null;
    }

    private static IEnumerable<(Match Mark, WebSearchResult Page)> FindReferences(
        string text, WebSearchResult[] pages) =>
        from match in Reference().Matches(text)
        let number = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
        where number < pages.Length
        select (match, pages[number]);

    [GeneratedRegex("【([0-9]{1,4})†source】")]
    private static partial Regex Reference();
}
