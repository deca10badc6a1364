using System.Net.Http.Headers;
using System.Text;

namespace Cremona.Server.Models.Upstream;

/// <summary>One of the equal servers that run a model. Thread-safe.</summary>
internal sealed class UpstreamReplica
{
    private const int TextBytesMax = 16 * 1024;

    private readonly UpstreamEntry _entry;
    private readonly HttpMessageInvoker _http;
    private readonly TimeProvider _clock;
    private int _callsAtWork;

    /// <param name="address">Up to <c>/v1</c>.</param>
    /// <param name="entry">The model's settings.</param>
    /// <param name="http">Not owned.</param>
    /// <param name="clock">For time limits and breaks.</param>
    public UpstreamReplica(Uri address, UpstreamEntry entry, HttpMessageInvoker http, TimeProvider clock)
    {
        (Address, _entry, _http, _clock) = (address, entry, http, clock);
        Breaker = new ReplicaBreaker(entry.FailuresMax, TimeSpan.FromSeconds(entry.BreakSeconds), clock);
        Adapters = new ReplicaAdapters(PostWholeAsync);
    }

    public Uri Address { get; }

    public int CallsAtWork => Volatile.Read(ref _callsAtWork);

    public ReplicaBreaker Breaker { get; }

    public ReplicaAdapters Adapters { get; }

    /// <param name="path">Below the base address, for example <c>chat/completions</c>.</param>
    /// <param name="body">JSON, UTF-8.</param>
    /// <returns>The answer as soon as its headers are there.</returns>
    public async Task<HttpResponseMessage> PostAsync(string path, byte[] body, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, $"{Address.AbsoluteUri.TrimEnd('/')}/{path}");
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (_entry.Key.Length > 0)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _entry.Key);
        }

        return await _http.SendAsync(request, cancellationToken);
    }

    /// <summary>The beginning of what an answer holds.</summary>
    public static async Task<string> ReadTextAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        byte[] text = new byte[TextBytesMax];
        await using Stream content = await answer.Content.ReadAsStreamAsync(cancellationToken);
        int length = await content.ReadAtLeastAsync(text, text.Length, throwOnEndOfStream: false, cancellationToken);
        return Encoding.UTF8.GetString(text, 0, length);
    }

    public void Enter() => Interlocked.Increment(ref _callsAtWork);

    /// <param name="isWell">Whether the server was; null when the call told nothing about it.</param>
    public void Leave(bool? isWell)
    {
        Interlocked.Decrement(ref _callsAtWork);
        Action settle = isWell switch
        {
            true => Breaker.Succeed,
            false => Breaker.Fail,
            null => Breaker.Abandon,
        };
        settle();
    }

    private async Task<(int Status, string Text)> PostWholeAsync(
        string path, byte[] body, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(_entry.FirstTokenSeconds), _clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            using HttpResponseMessage answer = await PostAsync(path, body, stop.Token);
            return ((int)answer.StatusCode, await ReadTextAsync(answer, stop.Token));
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException
            || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new UpstreamException(UpstreamFault.Unreachable, $"no answer to {path}", fault);
        }
    }
}
