using System.Diagnostics;
using Cremona.Inference.Scheduling;

namespace Cremona.Cli.Benchmarks;

/// <summary>How requests bear on each other in one engine.</summary>
/// <param name="run">The engine.</param>
/// <param name="tokens">Tokens over which the time per token is measured.</param>
internal sealed class ServingFigures(InferenceRun run, int tokens)
{
    private const int PrefixTokens = 1000;
    private const int OwnTokens = 16;
    private const int LongPromptTokens = 4000;
    private const int Streams = 4;
    private const int ShortContext = 500;

    /// <summary>The longest context that is measured.</summary>
    public const int LongContext = 16_000;

    /// <summary>Time to the first token of a request that begins with 1 000 known tokens, over that of the
    /// first.</summary>
    public async Task<double> KnownPrefixAsync(CancellationToken cancellationToken)
    {
        int[] prefix = run.NewPrompt(PrefixTokens);
        double first = await FirstTokenAsync([.. prefix, .. run.NewPrompt(OwnTokens)], cancellationToken);
        double second = await FirstTokenAsync([.. prefix, .. run.NewPrompt(OwnTokens)], cancellationToken);
        return second / first;
    }

    /// <summary>Time per token of running streams while a prompt of 4 000 tokens is computed, over that before it
    /// came.</summary>
    public async Task<double> BesideALongPromptAsync(CancellationToken cancellationToken)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] others = [.. Enumerable.Range(1, Streams - 1).Select(_ => ReadAsync(ends.Token))];
        await using IAsyncEnumerator<GeneratedToken> stream =
            run.StreamAsync(run.NewPrompt(OwnTokens), LongContext, ends.Token).GetAsyncEnumerator(ends.Token);
        await SecondsPerTokenAsync(stream, tokens, Task.Delay(Timeout.Infinite, ends.Token));
        double alone = await SecondsPerTokenAsync(stream, tokens, Task.Delay(Timeout.Infinite, ends.Token));

        Task prompt = FirstTokenAsync(run.NewPrompt(LongPromptTokens), ends.Token);
        double beside = await SecondsPerTokenAsync(stream, 4 * tokens, prompt);
        await ends.CancelAsync();
        await Task.WhenAll([.. others, prompt]).ContinueWith(
            _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return beside / alone;
    }

    /// <summary>Rate of one sequence after 16 000 tokens over that after 500.</summary>
    public async Task<double> LongContextAsync(int[] longPrompt, CancellationToken cancellationToken)
    {
        double shortSeconds = await AfterAsync(longPrompt[..ShortContext], cancellationToken);
        return shortSeconds / await AfterAsync(longPrompt, cancellationToken);
    }

    private async Task<double> AfterAsync(int[] prompt, CancellationToken cancellationToken)
    {
        await using IAsyncEnumerator<GeneratedToken> stream =
            run.StreamAsync(prompt, tokens + 2, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await stream.MoveNextAsync();
        return await SecondsPerTokenAsync(stream, tokens, Task.Delay(Timeout.Infinite, cancellationToken));
    }

    /// <summary>Reads tokens until there are enough or something has ended.</summary>
    private static async Task<double> SecondsPerTokenAsync(
        IAsyncEnumerator<GeneratedToken> stream, int count, Task until)
    {
        long start = Stopwatch.GetTimestamp();
        int read = 0;
        while (read < count && !until.IsCompleted && await stream.MoveNextAsync()) read++;
        return Stopwatch.GetElapsedTime(start).TotalSeconds / read;
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        int[] prompt = run.NewPrompt(OwnTokens);
        await foreach (GeneratedToken _ in run.StreamAsync(prompt, LongContext, cancellationToken)) { }
    }

    private async Task<double> FirstTokenAsync(int[] prompt, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        await foreach (GeneratedToken _ in run.StreamAsync(prompt, 1, cancellationToken)) { }
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
