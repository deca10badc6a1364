using System.Text.Json;
using Cremona.Server.Edge;

namespace Cremona.Server.Chat;

/// <summary>Reads what several chat interfaces have in common from a request's fields.</summary>
internal static class ChatFields
{
    private const int RelaxedKeywordsMax = 100;
    private const int StopSequencesMax = 16;
    private const int StopSequenceLengthMax = 200;

    /// <summary>The objects of an array; empty when it is missing or null.</summary>
    public static IReadOnlyList<RequestParameters> FindItems(RequestParameters parameters, string name)
    {
        if (parameters.FindElement(name) is not { } array)
        {
            return [];
        }

        return IsArrayOf(array, JsonValueKind.Object)
            ?
            [
                .. array.EnumerateArray().Select((item, index) =>
                    new RequestParameters(QueryCollection.Empty, item, $"{parameters.Path}{name}[{index}].")),
            ]
            : throw ApiException.WrongType(parameters.Path + name);
    }

    /// <summary>The objects of a required array.</summary>
    /// <exception cref="ApiException">2013 when it is missing or empty.</exception>
    public static IReadOnlyList<RequestParameters> GetMessages(RequestParameters parameters, int messagesMax)
    {
        if (parameters.FindElement("messages") is null)
        {
            throw ApiException.Missing("messages");
        }

        IReadOnlyList<RequestParameters> messages = FindItems(parameters, "messages");
        RequireCount(messages.Count, messagesMax);
        return messages.Count > 0 ? messages : throw ContentIsEmpty();
    }

    public static void RequireCount(int messages, int messagesMax)
    {
        if (messages > messagesMax)
        {
            throw ApiException.InvalidParameters($"{messages} messages exceed the limit {messagesMax}");
        }
    }

    public static ApiException ContentIsEmpty() => ApiException.InvalidParameters("chat content is empty");

    /// <summary>Refuses features that are documented but not there: an honest error instead of an answer without
    /// them.</summary>
    /// <param name="parameters">Where the fields may be.</param>
    /// <param name="fields">Null, false, 0, <c>""</c>, <c>{}</c> and <c>[]</c> mean "not set" and pass.</param>
    public static void Refuse(RequestParameters parameters, params ReadOnlySpan<string> fields)
    {
        foreach (string field in fields)
        {
            if (parameters.FindElement(field) is { } value && IsSet(value))
            {
                throw NotAvailable(parameters.Path + field);
            }
        }
    }

    /// <param name="field">With its path.</param>
    /// <param name="remedy">What to do instead.</param>
    public static ApiException NotAvailable(string field, string remedy = "leave it out") =>
        ApiException.InvalidParameters($"{field} is not available on this server; {remedy}");

    /// <summary>Keywords of JSON schemas that need not be held to: <c>relaxed_keywords</c>, a field of this
    /// server.</summary>
    public static IReadOnlySet<string> FindRelaxedKeywords(RequestParameters parameters)
    {
        IReadOnlyList<string> keywords = FindTexts(parameters, "relaxed_keywords");
        return keywords.Count <= RelaxedKeywordsMax
            ? keywords.ToHashSet()
            : throw ApiException.InvalidParameters(
                $"relaxed_keywords has {keywords.Count} keywords, at most {RelaxedKeywordsMax} are read; leave some out");
    }

    /// <summary>One text or an array of texts; empty ones are left out.</summary>
    public static IReadOnlyList<string> FindTexts(RequestParameters parameters, string name)
    {
        string[] texts = parameters.FindElement(name) switch
        {
            null => [],
            { ValueKind: JsonValueKind.String } text => [text.GetString()!],
            { } array when IsArrayOf(array, JsonValueKind.String) =>
                [.. array.EnumerateArray().Select(item => item.GetString()!)],
            _ => throw ApiException.WrongType(parameters.Path + name),
        };
        return [.. texts.Where(text => text.Length > 0)];
    }

    public static IReadOnlyList<string> FindStopSequences(RequestParameters parameters)
    {
        IReadOnlyList<string> stops = FindTexts(parameters, "stop");
        return stops.Count <= StopSequencesMax && stops.All(stop => stop.Length <= StopSequenceLengthMax)
            ? stops
            : throw ApiException.InvalidParameters(
                $"stop must be at most {StopSequencesMax} texts of at most {StopSequenceLengthMax} characters");
    }

    private static bool IsArrayOf(JsonElement value, JsonValueKind kind) =>
        value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == kind);

    private static bool IsSet(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined or JsonValueKind.False => false,
        JsonValueKind.String => value.GetString()!.Length > 0,
        JsonValueKind.Number => value.GetDouble() != 0,
        JsonValueKind.Array => value.GetArrayLength() > 0,
        JsonValueKind.Object => value.EnumerateObject().Any(),
        _ => true,
    };
}
