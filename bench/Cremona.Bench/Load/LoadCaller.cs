using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Cremona.Bench.Load;

/// <summary>Makes calls and reads their streams.</summary>
internal sealed class LoadCaller : IDisposable
{
    private const string EventStart = "data: {";

    private readonly HttpClient _http;

    public LoadCaller(Uri address)
    {
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 1000 })
        {
            BaseAddress = address,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "load");
    }

    /// <summary>The answer's text; what there is of it when the call is broken off.</summary>
    /// <param name="ask">What is asked.</param>
    /// <param name="eventsMax">After so many events the call is broken off.</param>
    /// <param name="pause">Between two events; a slow reader's.</param>
    public async Task<(string Text, bool IsWhole)> CallAsync(
        LoadAsk ask, int eventsMax = int.MaxValue, TimeSpan pause = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, ask.Path)
        {
            Content = new StringContent(ask.Body, Encoding.UTF8, "application/json"),
        };
        using HttpResponseMessage answer =
            await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        var text = new StringBuilder();
        int events = 0;
        while (await reader.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith(EventStart, StringComparison.Ordinal)) continue;
            if (events++ >= eventsMax) return (text.ToString(), false);
            using JsonDocument chunk = JsonDocument.Parse(line.AsMemory("data: ".Length));
            text.Append(LoadAsk.TextOf(chunk.RootElement));
            if (pause > TimeSpan.Zero) await Task.Delay(pause);
        }

        return (text.ToString(), true);
    }

    /// <summary>A gauge of the metrics page.</summary>
    public async Task<double> ReadGaugeAsync(string name)
    {
        string page = await _http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        string line = page.Split('\n').First(l => l.StartsWith(name, StringComparison.Ordinal));
        return double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }

    public void Dispose() => _http.Dispose();
}
