using System.Text.Json;
using Cremona.Protocol.Errors;
using Cremona.Server.Edge;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Chat.WebSearch;

/// <summary>A server that speaks SearXNG's search API: <c>GET /search?q=…&amp;format=json</c>. Time, bytes and results
/// are bounded; redirections are not followed.</summary>
internal sealed class SearxngWebSearch : IWebSearch, IDisposable
{
    private const int TitleLengthMax = 200;
    private const int UrlLengthMax = 2000;

    private readonly WebSearchOptions _options;
    private readonly ILogger _log;
    private readonly HttpClient _client;

    public SearxngWebSearch(IOptions<WebSearchOptions> options, ILogger<SearxngWebSearch> log)
    {
        _options = options.Value;
        _log = log;
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
        {
            Timeout = TimeSpan.FromSeconds(_options.TimeoutSeconds),
            MaxResponseContentBufferSize = _options.AnswerBytesMax,
        };
    }

    public bool IsAvailable => _options.Endpoint.Length > 0;

    public async Task<IReadOnlyList<WebSearchResult>> SearchAsync(string query, CancellationToken cancellationToken)
    {
        var address = new Uri($"{_options.Endpoint.TrimEnd('/')}/search?format=json&q={Uri.EscapeDataString(query)}");
        try
        {
            using HttpResponseMessage answer = await _client.GetAsync(address, cancellationToken);
            answer.EnsureSuccessStatusCode();
            byte[] body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
            using JsonDocument document = JsonDocument.Parse(body);
            return Read(document.RootElement);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ApiException(
                ApiError.Timeout, $"request timeout, the web search took longer than {_options.TimeoutSeconds} s");
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or JsonException
            or InvalidOperationException)
        {
            _log.SearchFailed(fault, _options.Endpoint);
            throw new ApiException(
                ApiError.Internal, "internal service error, the web search failed; the server's log says why");
        }
    }

    public void Dispose() => _client.Dispose();

    private WebSearchResult[] Read(JsonElement answer)
    {
        if (answer.ValueKind != JsonValueKind.Object
            || !answer.TryGetProperty("results", out JsonElement results) || results.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException("The answer has no list of results.");
        }

        return
        [
            .. results.EnumerateArray().Where(result => result.ValueKind == JsonValueKind.Object)
                .Select(result => new WebSearchResult(
                    Shorten(Text(result, "title"), TitleLengthMax),
                    Text(result, "url"),
                    Shorten(Text(result, "content"), _options.ExcerptLengthMax)))
                .Where(result => result.Url.Length is > 0 and <= UrlLengthMax)
                .Take(_options.ResultsMax),
        ];
    }

    private static string Shorten(string text, int length)
    {
        if (text.Length <= length)
        {
            return text;
        }

        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[length - 1]) ? length - 1 : length), "…");
    }

    /// <summary>On one line, so that results stay apart.</summary>
    private static string Text(JsonElement result, string name) =>
        result.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? string.Join(' ', value.GetString()!.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            : "";
}
