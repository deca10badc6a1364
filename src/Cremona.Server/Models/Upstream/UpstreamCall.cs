using System.Net;

namespace Cremona.Server.Models.Upstream;

/// <summary>One call of one server, which has begun to answer. Disposing it ends the call, whatever became of it, and
/// tells the server's breaker. For one reader.</summary>
internal sealed class UpstreamCall : IDisposable
{
    private readonly UpstreamReplica _replica;
    private readonly UpstreamEntry _entry;
    private readonly UpstreamRequest _request;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _late;
    private readonly CancellationTokenSource _stop;
    private readonly UpstreamCalls _calls = new();
    private HttpResponseMessage? _answer;
    private EventLines? _lines;
    private bool _isFinished;
    private bool? _isWell;

    // What is left until a token must come. It runs only while the server is waited for: a slow client is not its
    // fault.
    private TimeSpan _left;

    private UpstreamCall(
        UpstreamReplica replica, UpstreamEntry entry, UpstreamRequest request, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        _replica = replica;
        _entry = entry;
        _request = request;
        _clock = clock;
        _left = TimeSpan.FromSeconds(entry.FirstTokenSeconds);
        _late = new CancellationTokenSource(_left, clock);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(_late.Token, cancellationToken);
    }

    public Uri Address => _replica.Address;

    /// <summary>The chunk with the first token. The calls of all chunks are numbered as those of one answer.</summary>
    public UpstreamChunk First { get; private set; } = new();

    /// <summary>Sends the request, and waits for the first token.</summary>
    /// <param name="replica">Entered; left when the call is disposed, or here when it fails.</param>
    /// <param name="entry">The model's settings.</param>
    /// <param name="request">What to send.</param>
    /// <param name="clock">For the time limits.</param>
    /// <exception cref="UpstreamException">There will be no answer.</exception>
    public static async Task<UpstreamCall> BeginAsync(
        UpstreamReplica replica, UpstreamEntry entry, UpstreamRequest request, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var call = new UpstreamCall(replica, entry, request, clock, cancellationToken);
        try
        {
            await call.GuardAsync(async () => call.First = await call.AskAsync());
            call._late.CancelAfter(Timeout.InfiniteTimeSpan);
            replica.Breaker.Begin();
            return call;
        }
        catch
        {
            call.Dispose();
            throw;
        }
    }

    /// <summary>The next chunk; null at the end of a whole answer.</summary>
    /// <exception cref="UpstreamException">The answer broke off, took too long or makes no sense.</exception>
    public async ValueTask<UpstreamChunk?> ReadAsync()
    {
        UpstreamChunk? chunk = null;
        long start = _clock.GetTimestamp();
        _late.CancelAfter(_left);
        try
        {
            await GuardAsync(async () => chunk = await NextAsync());
        }
        catch (UpstreamException) when (_isFinished)
        {
            // The answer is whole; only its usage did not come.
        }

        _late.CancelAfter(Timeout.InfiniteTimeSpan);
        if (chunk is { IsProgress: false } && !_isFinished)
        {
            TimeSpan rest = _left - _clock.GetElapsedTime(start);
            _left = rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
        }

        if (chunk is null)
        {
            _isWell = true;
        }

        return chunk;
    }

    public void Dispose()
    {
        _answer?.Dispose();
        _stop.Dispose();
        _late.Dispose();
        _replica.Leave(_isWell);
    }

    private async Task<UpstreamChunk> AskAsync()
    {
        if (_request.Adapter is { } adapter)
        {
            await _replica.Adapters.LoadAsync(adapter, _stop.Token);
        }

        _answer = await _replica.PostAsync("chat/completions", _request.Body, _stop.Token);
        if (_answer.StatusCode != HttpStatusCode.OK)
        {
            string text = await UpstreamReplica.ReadTextAsync(_answer, _stop.Token);
            throw UpstreamErrors.Read(
                (int)_answer.StatusCode, text, _answer.Headers.RetryAfter, _clock.GetUtcNow());
        }

        Stream content = await _answer.Content.ReadAsStreamAsync(_stop.Token);
        _lines = new EventLines(content, _entry.EventBytesMax, _entry.AnswerBytesMax);
        UpstreamChunk? first;
        do
        {
            first = await NextAsync();
        }
        while (first is { IsProgress: false, FinishReason: null });
        return first ?? throw Broken();
    }

    private async Task<UpstreamChunk?> NextAsync()
    {
        ReadOnlyMemory<byte>? data = await _lines!.ReadAsync(_stop.Token);
        if (data is null || UpstreamChunks.IsEnd(data.Value.Span))
        {
            return _isFinished ? null : throw Broken();
        }

        UpstreamChunk chunk = UpstreamChunks.Parse(data.Value);
        chunk = chunk with { Calls = _calls.Number(chunk.Calls) };
        _isFinished |= chunk.FinishReason is not null;
        if (chunk.IsProgress || _isFinished)
        {
            _left = TimeSpan.FromSeconds(_entry.TokenSeconds);
        }

        return chunk;
    }

    private async Task GuardAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (UpstreamException fault)
        {
            throw Settle(fault);
        }
        catch (OperationCanceledException fault) when (_late.IsCancellationRequested)
        {
            throw Settle(new UpstreamException(UpstreamFault.TimedOut, "no token came in time", fault));
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException
            || (fault is OperationCanceledException && !_stop.IsCancellationRequested))
        {
            throw Settle(new UpstreamException(UpstreamFault.Unreachable, "no connection, or it broke", fault));
        }
    }

    private UpstreamException Settle(UpstreamException fault)
    {
        if (fault.Fault == UpstreamFault.UnknownModel && _request.Adapter is { } adapter)
        {
            _replica.Adapters.Forget(adapter.Name);
        }

        _isWell = fault.IsOfTheServer ? false : null;
        return fault;
    }

    private static UpstreamException Broken() => new(UpstreamFault.Malformed, "the answer ended before its end");
}
