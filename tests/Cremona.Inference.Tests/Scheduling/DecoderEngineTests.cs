using System.Collections;
using System.Runtime.CompilerServices;
using Cremona.Inference.Adapters;
using Cremona.Inference.Architectures;
using Cremona.Inference.Grammar;
using Cremona.Inference.Grammar.Regex;
using Cremona.Inference.Kernels;
using Cremona.Inference.Sampling;
using Cremona.Inference.Scheduling;
using Cremona.Inference.Tests.Architectures;
using Cremona.Inference.Tests.Grammar;

namespace Cremona.Inference.Tests.Scheduling;

public class DecoderEngineTests
{
    private static readonly DecoderConfig Config = TestModels.Config();
    private static readonly DecoderWeights Weights = TestModels.Random(Config, 1);
    private static readonly LoraAdapter First = TestModels.Adapter(Config, 4, 2);
    private static readonly LoraAdapter Second = TestModels.Adapter(Config, 8, 3, LinearKind.Query, LinearKind.Up);

    private static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    [Fact]
    public async Task StreamAsync_GivesTheArgMaxOfTheReference_WhenGreedy()
    {
        using DecoderEngine engine = Engine();
        int[] prompt = TestModels.Tokens(Config, 9, 4);
        List<GeneratedToken> tokens = await ReadAsync(engine, Request(prompt, 12, temperature: 0));

        List<int> text = [.. prompt];
        var reference = new TransformerReference(Weights);
        foreach (GeneratedToken token in tokens)
        {
            double[] logits = reference.Logits([.. text])[^1];
            token.Id.ShouldBe(Array.IndexOf(logits, logits.Max()));
            double normaliser = Math.Log(logits.Sum(Math.Exp));
            token.LogProbability.ShouldBe((float)(logits[token.Id] - normaliser), 1e-3f);
            text.Add(token.Id);
        }

        tokens.Count.ShouldBe(12);
        tokens[^1].Finish.ShouldBe(FinishReason.Length);
        tokens[..^1].ShouldAllBe(token => token.Finish == null);
    }

    [Theory]
    [InlineData(WeightFormat.F32)]
    [InlineData(WeightFormat.BF16)]
    [InlineData(WeightFormat.Q8)]
    [InlineData(WeightFormat.Q4)]
    public async Task StreamAsync_GivesTheSameTokens_AloneAndAmongOthers(WeightFormat format)
    {
        GenerationRequest[] requests = [.. Enumerable.Range(0, 12).Select(i => new GenerationRequest
        {
            PromptTokens = TestModels.Tokens(Config, 1 + (i * 13), (ulong)(30 + i)),
            MaxTokens = 10 + (i * 3),
            Adapter = (i % 3) switch { 0 => null, 1 => First, _ => Second },
            Sampling = new SamplingOptions { Temperature = 1.2f, TopP = 0.95f, TopK = i % 2 * 20, Seed = (ulong)i },
        })];

        using DecoderEngine alone = Engine(threads: 1, prefillChunk: 8192, format: format);
        var expected = new List<int[]>();
        foreach (GenerationRequest request in requests) expected.Add(Ids(await ReadAsync(alone, request)));

        using DecoderEngine together = Engine(threads: 3, batch: 5, prefillChunk: 7, format: format);
        List<GeneratedToken>[] actual = await Task.WhenAll(requests.Select(request => ReadAsync(together, request)));
        for (int i = 0; i < requests.Length; i++) Ids(actual[i]).ShouldBe(expected[i], $"request {i}");
    }

    [Fact]
    public async Task StreamAsync_NeverDrawsWhatTheTokenizerLacks()
    {
        const int tokenCount = 3;
        using var engine = new DecoderEngine(
            Weights, WeightFormat.F32, new EngineOptions { ThreadCount = 1 }, tokenCount);
        GenerationRequest request = new()
        {
            PromptTokens = TestModels.Tokens(Config, 5, 5),
            MaxTokens = 60,
            Sampling = new SamplingOptions { Temperature = 2f },
        };

        Ids(await ReadAsync(engine, request)).Distinct().Order().ShouldBe([0, 1, 2]);
    }

    [Fact]
    public async Task StreamAsync_DiffersBySeed_AndNotBetweenRuns()
    {
        using DecoderEngine engine = Engine();
        int[] prompt = TestModels.Tokens(Config, 5, 5);
        int[] first = Ids(await ReadAsync(engine, Request(prompt, 30, seed: 1)));
        Ids(await ReadAsync(engine, Request(prompt, 30, seed: 1))).ShouldBe(first);
        Ids(await ReadAsync(engine, Request(prompt, 30, seed: 2))).ShouldNotBe(first);
    }

    [Fact]
    public async Task StreamAsync_EndsWithoutTheStopToken_WhenItIsDrawn()
    {
        using DecoderEngine engine = Engine();
        int[] prompt = TestModels.Tokens(Config, 5, 6);
        int[] free = Ids(await ReadAsync(engine, Request(prompt, 20, seed: 3)));
        int stop = free[7];
        GenerationRequest request = Request(prompt, 20, seed: 3) with { StopTokens = [stop] };
        List<GeneratedToken> tokens = await ReadAsync(engine, request);

        int count = Array.IndexOf(free, stop);
        Ids(tokens[..^1]).ShouldBe(free[..count]);
        tokens[^1].Id.ShouldBe(-1);
        tokens[^1].Finish.ShouldBe(FinishReason.Stop);
    }

    [Fact]
    public async Task StreamAsync_EndsWithContextFull_WhenNoPositionIsLeft()
    {
        using DecoderEngine engine = Engine();
        int[] prompt = TestModels.Tokens(Config, Config.ContextLength - 4, 7);
        List<GeneratedToken> tokens = await ReadAsync(engine, Request(prompt, 100));
        tokens.Count.ShouldBe(4);
        tokens[^1].Finish.ShouldBe(FinishReason.ContextFull);
    }

    [Fact]
    public async Task StreamAsync_ReportsTheBestAlternatives_BestFirst()
    {
        using DecoderEngine engine = Engine();
        GenerationRequest request = Request(TestModels.Tokens(Config, 5, 8), 3, temperature: 0) with
        {
            TopLogProbabilities = 4,
        };
        foreach (GeneratedToken token in await ReadAsync(engine, request))
        {
            token.Alternatives.Count.ShouldBe(4);
            token.Alternatives[0].ShouldBe((token.Id, token.LogProbability));
            token.Alternatives.Select(item => item.LogProbability).ShouldBeInOrder(SortDirection.Descending);
        }
    }

    [Fact]
    public async Task StreamAsync_FreesThePlace_WhenTheReaderLeaves()
    {
        using DecoderEngine engine = Engine(batch: 1, queue: 1);
        for (int round = 0; round < 20; round++)
        {
            await foreach (GeneratedToken _ in engine.StreamAsync(Request([1, 2], 250), TestEnds)) break;
        }

        (await ReadAsync(engine, Request([1, 2], 3))).Count.ShouldBe(3);
    }

    [Fact]
    public async Task StreamAsync_Throws_WhenCancelled_AndServesTheNext()
    {
        using DecoderEngine engine = Engine(batch: 1);
        using var source = CancellationTokenSource.CreateLinkedTokenSource(TestEnds);
        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (GeneratedToken _ in engine.StreamAsync(Request([1], 280), source.Token))
            {
                await source.CancelAsync();
            }
        });
        (await ReadAsync(engine, Request([1, 2], 3))).Count.ShouldBe(3);
    }

    [Fact]
    public async Task StreamAsync_ThrowsEngineBusy_WhenTheQueueIsFull()
    {
        using DecoderEngine engine = Engine(batch: 1, queue: 1);

        // Far more at once than run and wait together: some must be refused, and those taken must all end.
        Task<List<GeneratedToken>>[] requests =
            [.. Enumerable.Range(0, 200).Select(_ => ReadAsync(engine, Request([1], 299)))];
        await Task.WhenAll(requests)
            .ContinueWith(_ => { }, TestEnds, TaskContinuationOptions.None, TaskScheduler.Default);

        Task<List<GeneratedToken>>[] refused = [.. requests.Where(request => request.IsFaulted)];
        refused.ShouldNotBeEmpty();
        refused.ShouldAllBe(request => request.Exception!.InnerException is EngineBusyException);
        requests.Where(request => request.IsCompletedSuccessfully).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task StreamAsync_ServesAll_WhenTheCacheHoldsFewAtATime()
    {
        // A megabyte is 50 pages, and each of these takes 8.
        using DecoderEngine engine = Engine(batch: 16, cacheMegabytes: 1);
        GenerationRequest[] requests = [.. Enumerable.Range(1, 16).Select(i => Request([i], 250))];
        List<GeneratedToken>[] all = await Task.WhenAll(requests.Select(request => ReadAsync(engine, request)));
        all.ShouldAllBe(tokens => tokens.Count == 250);
    }

    [Fact]
    public async Task StreamAsync_DrawsForAShortPrompt_BeforeAnotherGroupsLongOnes()
    {
        using DecoderEngine engine = Engine(prefillChunk: 4);
        using var allWait = new ManualResetEventSlim();
        var digit = new TokenGrammar(RegexGrammar.Compile("[0-9]"), Vocabularies.Tiny);
        var drawn = new List<string>();
        Task Start(string group, int promptTokens, ulong seed, Action onDraw) => ReadAsync(
            engine, Request(TestModels.Tokens(Config, promptTokens, seed), 1) with
            {
                Group = group,
                Grammar = digit,
                StopTokens = new WatchedStopTokens(onDraw),
            });

        // The engine stands in the first step until the others are there.
        List<Task> requests = [Start("first", 1, 1, () => allWait.Wait(TestEnds))];
        for (ulong seed = 2; seed < 5; seed++) requests.Add(Start("long", 100, seed, () => drawn.Add("long")));
        requests.Add(Start("short", 8, 5, () => drawn.Add("short")));
        allWait.Set();
        await Task.WhenAll(requests);
        drawn.ShouldBe(["short", "long", "long", "long"]);
    }

    [Theory]
    [InlineData(0f, 1f)]
    [InlineData(1f, 0.95f)]
    [InlineData(1f, 1f)]
    public async Task StreamAsync_Throws_WhenAWeightIsNoNumber(float temperature, float topP)
    {
        // Of a token that the prompt lacks, so that no other logit is touched.
        DecoderWeights weights = TestModels.Random(Config, 1);
        weights.Embedding[(3 * Config.HiddenSize) + 5] = float.NaN;
        using var engine = new DecoderEngine(weights, WeightFormat.F32, new EngineOptions { ThreadCount = 1 });
        GenerationRequest request = Nucleus([1, 2], temperature, topP);

        (await Should.ThrowAsync<InvalidDataException>(() => ReadAsync(engine, request)))
            .Message.ShouldStartWith("The logits after 2 tokens are not finite: weights of the model are not");
    }

    [Theory]
    [InlineData(0f, 1f)]
    [InlineData(1f, 0.95f)]
    [InlineData(1f, 1f)]
    public async Task StreamAsync_Throws_WhenAnAdaptersWeightIsInfinite_AndServesTheOthers(
        float temperature, float topP)
    {
        LoraAdapter adapter = TestModels.Adapter(Config, 4, 2, LinearKind.Down);
        adapter.Matrices[(Config.LayerCount - 1, LinearKind.Down)].B[0] = float.PositiveInfinity;
        using DecoderEngine engine = Engine();
        GenerationRequest request = Nucleus([1, 2], temperature, topP);
        Task<List<GeneratedToken>> beside = ReadAsync(engine, request);

        (await Should.ThrowAsync<InvalidDataException>(() => ReadAsync(engine, request with { Adapter = adapter })))
            .Message.ShouldStartWith("The logits after 2 tokens are not finite: weights of the model or of its adapter");
        (await beside).Count.ShouldBe(5);
    }

    [Fact]
    public void StreamAsync_ThrowsAtOnce_WhenTheRequestIsWrong()
    {
        using DecoderEngine engine = Engine();
        GenerationRequest good = Request([1], 5);
        LoraAdapter foreign = TestModels.Adapter(Config with { LayerCount = 4 }, 2, 9);
        GenerationRequest[] wrong =
        [
            good with { PromptTokens = [] },
            good with { PromptTokens = [Config.VocabularySize] },
            good with { PromptTokens = new int[Config.ContextLength] },
            good with { MaxTokens = 0 },
            good with { TopLogProbabilities = -1 },
            good with { Adapter = foreign },
            good with { Sampling = new SamplingOptions { Temperature = 2.1f } },
            good with { Sampling = new SamplingOptions { TopP = 0 } },
            good with { Sampling = new SamplingOptions { TopK = -1 } },
            good with { Sampling = new SamplingOptions { PresencePenalty = 3 } },
            good with { Sampling = new SamplingOptions { FrequencyPenalty = float.NaN } },
        ];
        foreach (GenerationRequest request in wrong)
        {
            Should.Throw<ArgumentException>(() => engine.StreamAsync(request, TestEnds));
        }
    }

    [Fact]
    public async Task Dispose_EndsWhatRunsAndWaits()
    {
        DecoderEngine engine = Engine(batch: 1);
        IAsyncEnumerator<GeneratedToken> running =
            engine.StreamAsync(Request([1], 299), TestEnds).GetAsyncEnumerator(TestEnds);
        await running.MoveNextAsync();
        Task<List<GeneratedToken>> waiting = ReadAsync(engine, Request([1], 5));
        engine.Dispose();

        await Should.ThrowAsync<ObjectDisposedException>(async () =>
        {
            while (await running.MoveNextAsync()) { }
        });
        await Should.ThrowAsync<ObjectDisposedException>(() => waiting);
        await Should.ThrowAsync<ObjectDisposedException>(() => ReadAsync(engine, Request([1], 5)));
        await running.DisposeAsync();
    }

    [Fact]
    public async Task Dispose_FreesWeightsAndPages_ThoughEngineAndAnswerAreStillReferredTo()
    {
        DecoderEngine engine = Engine(batch: 1);
        IAsyncEnumerator<GeneratedToken> running =
            engine.StreamAsync(Request([1], 299), TestEnds).GetAsyncEnumerator(TestEnds);
        await running.MoveNextAsync();
        (WeakReference forward, WeakReference pages) = Watch(engine);
        long weightBytes = engine.WeightBytes;
        engine.Dispose();
        GC.Collect();

        (forward.IsAlive, pages.IsAlive).ShouldBe((false, false));
        engine.WeightBytes.ShouldBe(weightBytes);
        Should.Throw<ObjectDisposedException>(() => engine.Logits([1], null, new float[Config.VocabularySize]));
        await Should.ThrowAsync<ObjectDisposedException>(async () =>
        {
            while (await running.MoveNextAsync()) { }
        });
        await running.DisposeAsync();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (WeakReference Forward, WeakReference Pages) Watch(DecoderEngine engine) =>
        (new WeakReference(engine.Forward), new WeakReference(engine.Pages));

    [Fact]
    public void Engine_EndsItsThreads_WhenItCannotStart()
    {
        DecoderWeights weights = TestModels.Random(Config, 1);
        weights.Layers[1].Linear[0][3] = float.NaN;
        var pool = new ComputePool(2);
        Should.Throw<InvalidDataException>(
            () => new DecoderEngine(weights, WeightFormat.Q8, new EngineOptions(), null, pool));
        Should.Throw<ObjectDisposedException>(() => pool.Run(4, _ => { }));
    }

    [Fact]
    public void Logits_EqualTheReference_WithAndWithoutAdapter()
    {
        using DecoderEngine engine = Engine(prefillChunk: 16);
        int[] tokens = TestModels.Tokens(Config, 50, 10);
        foreach (LoraAdapter? adapter in (LoraAdapter?[])[null, First])
        {
            var logits = new float[50 * Config.VocabularySize];
            engine.Logits(tokens, adapter, logits);
            double[] expected = [.. new TransformerReference(Weights, adapter).Logits(tokens).SelectMany(row => row)];
            double scale = expected.Max(Math.Abs);
            for (int i = 0; i < logits.Length; i++) logits[i].ShouldBe((float)expected[i], (float)(2e-5 * scale));
        }
    }

    private static DecoderEngine Engine(
        int threads = 2, int batch = 8, int queue = 32, int prefillChunk = 64, int cacheMegabytes = 64,
        WeightFormat format = WeightFormat.F32) =>
        new(Weights, format, new EngineOptions
        {
            ThreadCount = threads,
            MaxBatchSize = batch,
            QueueLength = queue,
            PrefillChunkTokens = prefillChunk,
            CacheMegabytesMax = cacheMegabytes,
        });

    private static GenerationRequest Request(
        int[] prompt, int maxTokens, float temperature = 1, ulong seed = 0) => new()
        {
            PromptTokens = prompt,
            MaxTokens = maxTokens,
            Sampling = new SamplingOptions { Temperature = temperature, Seed = seed },
        };

    private static GenerationRequest Nucleus(int[] prompt, float temperature, float topP) => new()
    {
        PromptTokens = prompt,
        MaxTokens = 5,
        Sampling = new SamplingOptions { Temperature = temperature, TopP = topP },
    };

    private static async Task<List<GeneratedToken>> ReadAsync(DecoderEngine engine, GenerationRequest request)
    {
        var tokens = new List<GeneratedToken>();
        await foreach (GeneratedToken token in engine.StreamAsync(request, TestEnds)) tokens.Add(token);
        return tokens;
    }

    private static int[] Ids(List<GeneratedToken> tokens) => [.. tokens.Select(token => token.Id)];

    /// <summary>No tokens; the engine's thread looks at them whenever it draws under a grammar.</summary>
    private sealed class WatchedStopTokens(Action onDraw) : IReadOnlyCollection<int>
    {
        public int Count => 0;

        public IEnumerator<int> GetEnumerator()
        {
            if (Thread.CurrentThread.Name == "decoder engine") onDraw();
            return Enumerable.Empty<int>().GetEnumerator();
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
