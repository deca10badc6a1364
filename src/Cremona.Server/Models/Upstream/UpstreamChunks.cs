using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Cremona.Server.Models.Upstream;

/// <summary>Reads the events of <c>chat.completion.chunk</c>.</summary>
internal static class UpstreamChunks
{
    private const int DepthMax = 32;

    public static bool IsEnd(ReadOnlySpan<byte> data) => data.SequenceEqual("[DONE]"u8);

    /// <param name="data">One JSON object of UTF-8.</param>
    /// <exception cref="UpstreamException">It is no such chunk, or tells an error.</exception>
    public static UpstreamChunk Parse(ReadOnlyMemory<byte> data)
    {
        try
        {
            using var document = JsonDocument.Parse(data, new JsonDocumentOptions { MaxDepth = DepthMax });
            return Read(document.RootElement);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
        {
            throw new UpstreamException(UpstreamFault.Malformed, "an event is no chunk of a chat completion", fault);
        }
    }

    private static UpstreamChunk Read(JsonElement root)
    {
        if (Find(root, "error") is { } error)
        {
            throw UpstreamErrors.Read(error);
        }

        JsonElement? choice = Find(root, "choices")?.EnumerateArray()
            .Select(item => (JsonElement?)item)
            .FirstOrDefault(item => (Find(item!.Value, "index")?.GetInt32() ?? 0) == 0);
        JsonElement? delta = choice is { } given ? Find(given, "delta") : null;
        string text = FindText(delta, "content");
        IReadOnlyList<FunctionCallPiece> calls =
            delta is { } news && Find(news, "tool_calls") is { } told ? ReadCalls(told) : [];
        bool isThought = text.Length == 0
            && (FindText(delta, "reasoning_content").Length > 0 || FindText(delta, "reasoning").Length > 0);
        IReadOnlyList<TokenLogProbability> logProbabilities =
            !isThought && choice is { } chosen && Find(chosen, "logprobs") is { } tokens ? ReadTokens(tokens) : [];
        return new UpstreamChunk
        {
            Text = text,
            Calls = calls,
            IsProgress = text.Length > 0 || calls.Count > 0 || isThought || logProbabilities.Count > 0,
            FinishReason = choice is null ? null : Find(choice.Value, "finish_reason")?.GetString(),
            Usage = Find(root, "usage") is { } usage ? ReadUsage(usage) : null,
            LogProbabilities = logProbabilities,
        };
    }

    private static IReadOnlyList<FunctionCallPiece> ReadCalls(JsonElement told) =>
        [.. told.EnumerateArray().Select(call =>
        {
            JsonElement? function = Find(call, "function");
            return new FunctionCallPiece(
                ReadCount(call, "index") ?? 0, NullIfEmpty(FindText(call, "id")), NullIfEmpty(FindText(function, "name")),
                FindText(function, "arguments"));
        })];

    private static UsageDetails ReadUsage(JsonElement usage) => new()
    {
        InputTokenCount = ReadCount(usage, "prompt_tokens"),
        OutputTokenCount = ReadCount(usage, "completion_tokens"),
        CachedInputTokenCount = Find(usage, "prompt_tokens_details") is { } details
            ? ReadCount(details, "cached_tokens")
            : null,
    };

    private static int? ReadCount(JsonElement usage, string name) =>
        Find(usage, name)?.GetInt32() switch
        {
            null => null,
            >= 0 and int count => count,
            _ => throw new FormatException(name),
        };

    private static IReadOnlyList<TokenLogProbability> ReadTokens(JsonElement told) =>
        Find(told, "content") is { } tokens
            ? [.. tokens.EnumerateArray().Select(token => ReadToken(
                token, Find(token, "top_logprobs") is { } others
                    ? [.. others.EnumerateArray().Select(other => ReadToken(other, []))]
                    : []))]
            : [];

    private static TokenLogProbability ReadToken(JsonElement token, IReadOnlyList<TokenLogProbability> others) => new(
        Find(token, "bytes") is { } bytes
            ? [.. bytes.EnumerateArray().Select(value => value.GetByte())]
            : Encoding.UTF8.GetBytes(FindText(token, "token")),
        Find(token, "logprob")?.GetSingle() is { } told && float.IsFinite(told)
            ? told
            : throw new FormatException("logprob"),
        others);

    private static string FindText(JsonElement? parent, string name) =>
        parent is { } element ? Find(element, name)?.GetString() ?? "" : "";

    private static string? NullIfEmpty(string text) => text.Length > 0 ? text : null;

    private static JsonElement? Find(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
