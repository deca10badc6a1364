using System.Diagnostics;
using Cremona.Inference.Adapters;
using Cremona.Inference.Architectures;
using Cremona.Inference.Kernels;
using Cremona.Inference.KvCache;
using Cremona.Inference.Sampling;
using Cremona.Inference.Scheduling;

namespace Cremona.Cli.Benchmarks;

/// <summary>Cremona's side of a measurement: one model in one engine.</summary>
internal sealed class InferenceRun : IDisposable
{
    private const int GeneratingPromptTokens = 8;

    private readonly DecoderEngine _engine;
    private int _promptCount;

    public InferenceRun(IDecoderSource source, WeightFormat format, int threads, KeyValueFormat cache) =>
        _engine = new DecoderEngine(source, format, new EngineOptions
        {
            ThreadCount = threads,
            PrefillChunkTokens = 512,
            CacheFormat = cache,
        });

    public long WeightBytes => _engine.WeightBytes;

    /// <summary>Seconds for a prompt of this many tokens.</summary>
    public Task<double> PromptAsync(int tokens, CancellationToken cancellationToken) =>
        TimeAsync(() => ReadAsync(tokens, 1, null, cancellationToken));

    /// <summary>Seconds for sequences that generate this many tokens each, after a prompt of 8.</summary>
    /// <param name="sequences">How many at a time.</param>
    /// <param name="tokens">Of each.</param>
    /// <param name="adapters">One for each sequence, or none at all.</param>
    /// <param name="cancellationToken">Ends the measurement.</param>
    public Task<double> GenerateAsync(
        int sequences, int tokens, IReadOnlyList<LoraAdapter> adapters, CancellationToken cancellationToken) =>
        TimeAsync(() => Task.WhenAll(Enumerable.Range(0, sequences).Select(i => Task.Run(
            () => ReadAsync(
                GeneratingPromptTokens, tokens, adapters.Count == 0 ? null : adapters[i], cancellationToken),
            cancellationToken))));

    /// <summary>Generates greedily.</summary>
    public IAsyncEnumerable<GeneratedToken> StreamAsync(
        int[] prompt, int tokens, CancellationToken cancellationToken) =>
        _engine.StreamAsync(Greedy(prompt, tokens), cancellationToken);

    public void Dispose() => _engine.Dispose();

    /// <summary>Tokens that no earlier prompt began with, so that nothing of it is known.</summary>
    public int[] NewPrompt(int tokens)
    {
        int first = Interlocked.Increment(ref _promptCount);
        return [.. Enumerable.Range(0, tokens).Select(i => 300 + (((i * 37) + first) % 1000))];
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        long start = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private async Task ReadAsync(
        int promptTokens, int tokens, LoraAdapter? adapter, CancellationToken cancellationToken)
    {
        GenerationRequest request = Greedy(NewPrompt(promptTokens), tokens) with { Adapter = adapter };
        await foreach (GeneratedToken _ in _engine.StreamAsync(request, cancellationToken)) { }
    }

    private static GenerationRequest Greedy(int[] prompt, int tokens) => new()
    {
        PromptTokens = prompt,
        MaxTokens = tokens,
        Sampling = new SamplingOptions { Temperature = 0 },
    };
}
