using System.Diagnostics;
using Cremona.Server.Edge.Telemetry;

namespace Cremona.Server.Edge.Calls;

/// <summary>What one call has used so far. The door makes one for each request; the room that answers names the call,
/// and whoever runs the model counts. Thread-safe.</summary>
public sealed class CallMeter(TimeProvider clock)
{
    /// <summary>A model name longer than this is none of ours and not kept.</summary>
    private const int ModelLengthMax = 200;

    private readonly long _start = clock.GetTimestamp();
    private long _firstToken;
    private long _inputTokens;
    private long _addedInputTokens;
    private long _cachedTokens = -1; // not told yet
    private long _outputTokens;

    /// <summary>The operation that is limited and told in the ledger; null while no room has named it.</summary>
    public string? Interface { get; private set; }

    /// <summary>The name that was asked for.</summary>
    public string Model { get; private set; } = "";

    /// <summary>Of the call; null while nobody listens.</summary>
    internal Activity? Span { get; private set; }

    /// <summary>0, the error's code, or <see cref="ClientGone"/>.</summary>
    public int Status { get; set; }

    public long InputTokens => Interlocked.Read(ref _inputTokens) + Interlocked.Read(ref _addedInputTokens);

    /// <summary>The part of the input that was known from earlier calls.</summary>
    public long CachedTokens => Math.Max(0, Interlocked.Read(ref _cachedTokens));

    /// <summary>Of all answers together, also of those that the client did not wait for.</summary>
    public long OutputTokens => Interlocked.Read(ref _outputTokens);

    /// <summary>Null before the first token.</summary>
    public TimeSpan? TimeToFirstToken =>
        Interlocked.Read(ref _firstToken) is var at && at == 0 ? null : clock.GetElapsedTime(_start, at);

    public TimeSpan Elapsed => clock.GetElapsedTime(_start);

    /// <summary>The status of a call whose client left, as nginx counts it.</summary>
    public static int ClientGone => 499;

    public void Begin(string operation, string model)
    {
        Interface = operation;
        Model = model.Length <= ModelLengthMax && !model.Any(char.IsControl) ? model : "";
        Span = CallTelemetry.StartSpan(this);
    }

    /// <summary>The prompt counts once, however many answers are drawn from it.</summary>
    public void CountInput(int tokens) => Interlocked.Exchange(ref _inputTokens, tokens);

    /// <summary>As <see cref="CountInput"/>, but never instead of a count that was told.</summary>
    public void EstimateInput(int tokens) => Interlocked.CompareExchange(ref _inputTokens, tokens, 0);

    /// <summary>A later prompt of the call, which goes on after an answer, has something that no earlier prompt or
    /// answer of the call had.</summary>
    /// <param name="tokens">That alone; negative to correct an estimate.</param>
    public void AddInput(int tokens) => Interlocked.Add(ref _addedInputTokens, tokens);

    /// <summary>Of several answers to a prompt the first computes it for the others; so the fewest count.</summary>
    public void CountCached(int tokens)
    {
        long told = Interlocked.Read(ref _cachedTokens);
        while (told < 0 || tokens < told)
        {
            long seen = Interlocked.CompareExchange(ref _cachedTokens, tokens, told);
            if (seen == told) return;
            told = seen;
        }
    }

    /// <summary>Whoever ran the model has counted better than we did.</summary>
    /// <param name="tokens">What is missing; negative when there were fewer.</param>
    public void CorrectOutput(int tokens) => Interlocked.Add(ref _outputTokens, tokens);

    public void CountOutputToken()
    {
        if (Interlocked.Increment(ref _outputTokens) == 1)
        {
            Interlocked.Exchange(ref _firstToken, clock.GetTimestamp());
        }
    }
}
