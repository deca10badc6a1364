using Cremona.Inference.Adapters;
using Cremona.Inference.Architectures;
using Cremona.Inference.Kernels;
using Cremona.Inference.Sampling;
using Cremona.Inference.Scheduling;
using Cremona.Inference.Tests.Architectures;
using Cremona.Inference.Tests.Kernels;

namespace Cremona.Inference.Tests.Scheduling;

public class PrefixCacheTests
{
    private static readonly DecoderConfig Config = TestModels.Config();
    private static readonly DecoderWeights Weights = TestModels.Random(Config, 1);
    private static readonly LoraAdapter First = TestModels.Adapter(Config, 4, 2);
    private static readonly LoraAdapter Second = TestModels.Adapter(Config, 8, 3, LinearKind.Query, LinearKind.Up);

    private static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Prompt_IsComputedOnce_WhenItComesAgain()
    {
        using DecoderEngine engine = Engine();
        int[] prompt = TestModels.Tokens(Config, 100, 4);
        List<GeneratedToken> first = await ReadAsync(engine, Request(prompt));
        List<GeneratedToken> second = await ReadAsync(engine, Request(prompt));

        first.ShouldAllBe(token => token.CachedTokens == 0);
        second.ShouldAllBe(token => token.CachedTokens == 96);
        second.Select(token => (token.Id, token.LogProbability))
            .ShouldBe(first.Select(token => (token.Id, token.LogProbability)));
    }

    [Fact]
    public async Task NextTurn_GoesOnFromTheAnswer()
    {
        using DecoderEngine engine = Engine();
        int[] prompt = TestModels.Tokens(Config, 50, 5);
        int[] answer = Ids(await ReadAsync(engine, Request(prompt, 60)));
        int[] next = [.. prompt, .. answer, .. TestModels.Tokens(Config, 20, 6)];
        List<GeneratedToken> hit = await ReadAsync(engine, Request(next));
        using DecoderEngine fresh = Engine();
        List<GeneratedToken> missed = await ReadAsync(fresh, Request(next));

        // Of 110 tokens the last was drawn and not computed.
        hit[0].CachedTokens.ShouldBe(96);
        missed[0].CachedTokens.ShouldBe(0);
        Ids(hit).ShouldBe(Ids(missed));
    }

    [Fact]
    public async Task SystemText_IsComputedOnce_WhenManyBeginWithItAtATime()
    {
        using DecoderEngine engine = Engine(prefillChunk: 64);
        int[] system = TestModels.Tokens(Config, 160, 7);
        GenerationRequest[] requests = [.. Enumerable.Range(0, 8).Select(i =>
            Request([.. system, .. TestModels.Tokens(Config, 5, (ulong)(20 + i))], seed: (ulong)i))];
        List<GeneratedToken>[] all = await Task.WhenAll(requests.Select(request => ReadAsync(engine, request)));
        all.Count(tokens => tokens[0].CachedTokens == 160).ShouldBeGreaterThanOrEqualTo(6);

        using DecoderEngine alone = Engine();
        for (int i = 0; i < requests.Length; i++)
        {
            Ids(all[i]).ShouldBe(Ids(await ReadAsync(alone, requests[i])), $"request {i}");
        }
    }

    [Fact]
    public async Task Prefix_IsNotShared_BetweenAdaptersAndGroups()
    {
        using DecoderEngine engine = Engine();
        GenerationRequest request = Request(TestModels.Tokens(Config, 100, 8));
        GenerationRequest[] strangers =
        [
            request with { Adapter = First },
            request with { Adapter = Second },
            request with { Group = "a" },
            request with { Group = "b", Adapter = First },
        ];
        await ReadAsync(engine, request);
        foreach (GenerationRequest stranger in strangers)
        {
            (await ReadAsync(engine, stranger))[0].CachedTokens.ShouldBe(0);
            (await ReadAsync(engine, stranger))[0].CachedTokens.ShouldBe(96);
        }
    }

    [Theory]
    [InlineData(WeightFormat.F32)]
    [InlineData(WeightFormat.BF16)]
    [InlineData(WeightFormat.Q8)]
    [InlineData(WeightFormat.Q4)]
    public async Task Tokens_AreTheSame_AloneAmong31OthersAndAfterAHit(WeightFormat format)
    {
        int[] system = TestModels.Tokens(Config, 70, 9);
        GenerationRequest[] requests = [.. Enumerable.Range(0, 32).Select(i => new GenerationRequest
        {
            PromptTokens =
                [.. system.AsSpan(0, i * 13 % 71), .. TestModels.Tokens(Config, 1 + (i * 5), (ulong)(40 + i))],
            MaxTokens = 8 + i,
            Adapter = (i % 3) switch { 0 => null, 1 => First, _ => Second },
            Sampling = new SamplingOptions { Temperature = 1.1f, TopP = 0.97f, Seed = (ulong)i },
        })];

        var expected = new List<int[]>();
        foreach (GenerationRequest request in requests)
        {
            using DecoderEngine alone = Engine(threads: 1, prefillChunk: 8192, format: format);
            List<GeneratedToken> tokens = await ReadAsync(alone, request);
            tokens[0].CachedTokens.ShouldBe(0);
            expected.Add(Ids(tokens));
        }

        // The second round meets the pages of the first, as long as they have room; few megabytes make some give way.
        using DecoderEngine together = Engine(threads: 2, batch: 32, prefillChunk: 48, megabytes: 4, format: format);
        int hits = 0;
        for (int round = 0; round < 2; round++)
        {
            List<GeneratedToken>[] actual =
                await Task.WhenAll(requests.Select(request => ReadAsync(together, request)));
            for (int i = 0; i < requests.Length; i++)
            {
                Ids(actual[i]).ShouldBe(expected[i], $"request {i}, round {round}");
            }

            hits = actual.Count(tokens => tokens[0].CachedTokens > 0);
        }

        hits.ShouldBeGreaterThan(10);
    }

    [Fact]
    public async Task Pages_AllComeBack_AndAnswersStayTheSame_WhenStreamsAreCancelledAtRandom()
    {
        using DecoderEngine engine = Engine(batch: 24, prefillChunk: 40, megabytes: 2);
        int[] system = TestModels.Tokens(Config, 64, 11);
        GenerationRequest[] requests = [.. Enumerable.Range(0, 12).Select(i =>
            Request([.. system.AsSpan(0, i * 5), .. TestModels.Tokens(Config, 40, (ulong)i)], 30, (ulong)i) with
            {
                Adapter = (i % 3) switch { 0 => null, 1 => First, _ => Second },
            })];
        int[][] expected = new int[requests.Length][];
        for (int i = 0; i < requests.Length; i++) expected[i] = Ids(await ReadAsync(engine, requests[i]));

        var random = new TestNumbers(5);
        int[] lengths = [.. Enumerable.Range(0, 192).Select(i => i % 4 == 0 ? 30 : random.Next(30))];
        using var places = new SemaphoreSlim(48);
        int[][] read = await Task.WhenAll(lengths.Select((length, i) => Task.Run(
            async () =>
            {
                await places.WaitAsync(TestEnds);
                var ids = new List<int>();
                await foreach (GeneratedToken token in engine.StreamAsync(requests[i % requests.Length], TestEnds))
                {
                    if (ids.Count == length) break;
                    ids.Add(token.Id);
                }

                places.Release();
                return ids.ToArray();
            },
            TestEnds)));

        for (int i = 0; i < read.Length; i++) read[i].ShouldBe(expected[i % requests.Length][..lengths[i]]);

        // A sequence that was left gives its pages back before the next step, so the next answer is waited for.
        await ReadAsync(engine, requests[0]);
        await ReadAsync(engine, requests[0]);
        SpinWait.SpinUntil(() => engine.Pages.AvailableCount == engine.Pages.PageCountMax, 10_000).ShouldBeTrue();
        engine.Pages.AllocatedCount.ShouldBeLessThanOrEqualTo(engine.Pages.PageCountMax);
    }

    [Fact]
    public async Task PromptOfACancelledRequest_IsNotComputedAgain()
    {
        using DecoderEngine engine = Engine();
        int[] prompt = TestModels.Tokens(Config, 200, 10);
        await foreach (GeneratedToken _ in engine.StreamAsync(Request(prompt, 50), TestEnds)) break;
        (await ReadAsync(engine, Request(prompt)))[0].CachedTokens.ShouldBe(192);
    }

    private static DecoderEngine Engine(
        int threads = 2, int batch = 16, int prefillChunk = 64, int megabytes = 64,
        WeightFormat format = WeightFormat.F32) => new(Weights, format, new EngineOptions
        {
            ThreadCount = threads,
            MaxBatchSize = batch,
            PrefillChunkTokens = prefillChunk,
            CacheMegabytesMax = megabytes,
        });

    private static GenerationRequest Request(int[] prompt, int maxTokens = 10, ulong seed = 0) => new()
    {
        PromptTokens = prompt,
        MaxTokens = maxTokens,
        Sampling = new SamplingOptions { Seed = seed },
    };

    private static async Task<List<GeneratedToken>> ReadAsync(DecoderEngine engine, GenerationRequest request)
    {
        var tokens = new List<GeneratedToken>();
        await foreach (GeneratedToken token in engine.StreamAsync(request, TestEnds)) tokens.Add(token);
        return tokens;
    }

    private static int[] Ids(List<GeneratedToken> tokens) => [.. tokens.Select(token => token.Id)];
}
