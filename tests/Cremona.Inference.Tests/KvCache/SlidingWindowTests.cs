using Cremona.Inference.Architectures;
using Cremona.Inference.Kernels;
using Cremona.Inference.KvCache;
using Cremona.Inference.Sampling;
using Cremona.Inference.Scheduling;
using Cremona.Inference.Tests.Architectures;
using Cremona.Inference.Tests.Kernels;

namespace Cremona.Inference.Tests.KvCache;

/// <summary>Models whose layers all slide, as Mistral's.</summary>
public class SlidingWindowTests
{
    private const int Size = PageLayout.TokenCount;

    private static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(70)]
    public void PagesBehindTheWindow_AreGivenBack_AndStayFindable(int window)
    {
        DecoderConfig config = Config(window);
        var pool = new PagePool(new PageLayout(config, KeyValueFormat.F32), 20);
        int[] text = TestModels.Tokens(config, 9 * Size, 1);
        using (SequenceCache cache = pool.TryReserve(text.Length)!)
        {
            foreach (int[] part in text.Chunk(10))
            {
                cache.Prepare(cache.TokenCount + part.Length);
                cache.Append(part);
            }

            // Room for what it held and let go is free again.
            int firstSeen = text.Length - (text.Length % 10) + 1 - window;
            pool.AvailableCount.ShouldBe(20 - 9 + (firstSeen / Size));
        }

        pool.AvailableCount.ShouldBe(20);
        using SequenceCache again = pool.TryReserve(text.Length, default, text)!;
        again.SharedTokenCount.ShouldBe(8 * Size);
        again.Prepare(text.Length);
        pool.AvailableCount.ShouldBe(20 - 9 + (((8 * Size) + 1 - window) / Size));
    }

    [Fact]
    public void PagesBehindTheWindow_Leave_TheLastFirst()
    {
        DecoderConfig config = Config(20);
        var pool = new PagePool(new PageLayout(config, KeyValueFormat.F32), 10);
        int[] old = TestModels.Tokens(config, 3 * Size, 1);
        int[] text = TestModels.Tokens(config, 6 * Size, 2);
        Fill(pool, old);
        SequenceCache cache = pool.TryReserve(text.Length)!;
        FillChunks(cache, text);
        SharedPages(pool, old).ShouldBe(3);
        cache.Dispose(); // What it gave back before the others were used is used last now.

        Fill(pool, TestModels.Tokens(config, 4 * Size, 3)); // There was room for ten pages, so three give way.
        SharedPages(pool, old).ShouldBe(0);
        SharedPages(pool, text).ShouldBe(6);
        Fill(pool, TestModels.Tokens(config, 4 * Size, 4));
        Fill(pool, TestModels.Tokens(config, 4 * Size, 5));
        SharedPages(pool, text).ShouldBe(2);
    }

    [Fact]
    public void PagesBehindAPageThatIsGone_AreNotKept()
    {
        DecoderConfig config = Config(20);
        var pool = new PagePool(new PageLayout(config, KeyValueFormat.F32), 12);
        int[] text = TestModels.Tokens(config, 6 * Size, 1);
        int[] other = TestModels.Tokens(config, 8 * Size, 2);
        SequenceCache cache = pool.TryReserve(text.Length)!;
        FillChunks(cache, text);
        pool.HeldCount.ShouldBe(2);
        Fill(pool, other); // Two of the four pages that the sequence gave back go.
        SharedPages(pool, text).ShouldBe(2);

        cache.Dispose();
        SharedPages(pool, text).ShouldBe(2);
        Fill(pool, TestModels.Tokens(config, 2 * Size, 3)); // In the room of those that it held.
        SharedPages(pool, other).ShouldBe(8);
        SharedPages(pool, text).ShouldBe(2);
        pool.AllocatedCount.ShouldBe(12);
    }

    [Fact]
    public void Pool_KeepsItsBounds_WhateverSlidesAndComesAndGoes()
    {
        DecoderConfig config = Config(40);
        const int pagesMax = 14;
        var pool = new PagePool(new PageLayout(config, KeyValueFormat.F32), pagesMax);
        var random = new TestNumbers(5);
        int[][] texts = [.. Enumerable.Range(0, 5).Select(i => TestModels.Tokens(config, 6 * Size, (ulong)(i / 2)))];
        var running = new List<(SequenceCache Cache, int[] Text)>();
        for (int step = 0; step < 5000; step++)
        {
            int[] text = texts[random.Next(texts.Length)];
            if (pool.TryReserve(text.Length, default, text) is { } cache) running.Add((cache, text));
            (SequenceCache one, int[] its) = running[random.Next(running.Count)];
            one.AdoptPrefix(its);
            int count = Math.Min(1 + random.Next(40), its.Length - one.TokenCount);
            one.Prepare(one.TokenCount + count);
            one.Append(its.AsSpan(one.TokenCount, count));
            if (random.Next(4) == 0 || one.TokenCount == its.Length)
            {
                one.Dispose();
                running.RemoveAll(item => item.Cache == one);
            }

            pool.AllocatedCount.ShouldBeLessThanOrEqualTo(pagesMax);
            pool.AvailableCount.ShouldBeGreaterThanOrEqualTo(0);
        }

        foreach ((SequenceCache cache, _) in running) cache.Dispose();
        pool.AvailableCount.ShouldBe(pagesMax);
    }

    [Fact]
    public void PagesOfModelsWithAFullLayer_AreKept()
    {
        DecoderConfig config = Config(20) with { FirstSlidingLayer = 1 };
        var pool = new PagePool(new PageLayout(config, KeyValueFormat.F32), 20);
        using SequenceCache cache = pool.TryReserve(9 * Size)!;
        cache.Prepare(8 * Size);
        cache.Append(TestModels.Tokens(config, 8 * Size, 1));
        cache.Prepare(9 * Size);
        pool.AvailableCount.ShouldBe(20 - 9);
    }

    [Theory]
    [InlineData(KeyValueFormat.F32, 20)]
    [InlineData(KeyValueFormat.F32, 70)]
    [InlineData(KeyValueFormat.Q8, 20)]
    public void Logits_AreTheSame_AsWhenNothingIsGivenBack(KeyValueFormat format, int window)
    {
        DecoderConfig config = Config(window);
        DecoderWeights weights = TestModels.Random(config, 2);
        int[] text = TestModels.Tokens(config, 600, 3);
        using var pool = new ComputePool(2);
        foreach (SimdLevel level in InstructionSet.Supported)
        {
            var forward = new DecoderForward(weights, WeightFormat.F32, pool, KernelSet.Of(level));
            float[] whole = Logits(forward, text, 600, format); // Nothing is behind the window of the first position.
            foreach (int chunk in (int[])[45, 7])
            {
                if (level == SimdLevel.Scalar && format != KeyValueFormat.F32) continue;
                Logits(forward, text, chunk, format).AsSpan().SequenceEqual(whole).ShouldBeTrue($"{level} {chunk}");
            }

            if (format != KeyValueFormat.F32) continue;
            double[] expected = [.. new TransformerReference(weights).Logits(text[..200]).SelectMany(row => row)];
            for (int i = 0; i < expected.Length; i++) whole[i].ShouldBe((float)expected[i], 5e-3f, $"{level} {i}");
        }
    }

    [Fact]
    public async Task Tokens_AreTheSame_AloneAndAmongOthersAndAfterAHit()
    {
        DecoderConfig config = Config(50);
        DecoderWeights weights = TestModels.Random(config, 4);
        int[] system = TestModels.Tokens(config, 200, 5);
        GenerationRequest[] requests = [.. Enumerable.Range(0, 12).Select(i => new GenerationRequest
        {
            PromptTokens = [.. system.AsSpan(0, i * 17 % 201), .. TestModels.Tokens(config, 1 + (i * 9), (ulong)i)],
            MaxTokens = 100 + i,
            Sampling = new SamplingOptions { Temperature = 1, Seed = (ulong)i },
        })];
        var expected = new List<int[]>();
        foreach (GenerationRequest request in requests)
        {
            using DecoderEngine alone = Engine(weights, 8192, 64);
            expected.Add(await IdsAsync(alone, request));
        }

        using DecoderEngine together = Engine(weights, 48, 1);
        for (int round = 0; round < 2; round++)
        {
            int[][] actual = await Task.WhenAll(requests.Select(request => IdsAsync(together, request)));
            for (int i = 0; i < actual.Length; i++) actual[i].ShouldBe(expected[i], $"request {i}, round {round}");
        }
    }

    private static DecoderConfig Config(int window) => TestModels.Config() with
    {
        Architecture = "MistralForCausalLM",
        SlidingWindow = window,
        ContextLength = 700,
    };

    private static void Fill(PagePool pool, int[] text)
    {
        using SequenceCache cache = pool.TryReserve(text.Length)!;
        FillChunks(cache, text);
    }

    private static void FillChunks(SequenceCache cache, int[] text)
    {
        foreach (int[] part in text.Chunk(Size))
        {
            cache.Prepare(cache.TokenCount + part.Length);
            cache.Append(part);
        }
    }

    /// <summary>Pages that a text finds; they count as used.</summary>
    private static int SharedPages(PagePool pool, int[] text)
    {
        using SequenceCache cache = pool.TryReserve(text.Length + 1, default, [.. text, 0])!;
        return cache.SharedTokenCount / Size;
    }

    private static DecoderEngine Engine(DecoderWeights weights, int prefillChunk, int megabytes) =>
        new(weights, WeightFormat.F32, new EngineOptions
        {
            ThreadCount = 2,
            PrefillChunkTokens = prefillChunk,
            CacheMegabytesMax = megabytes,
        });

    private static async Task<int[]> IdsAsync(DecoderEngine engine, GenerationRequest request)
    {
        var ids = new List<int>();
        await foreach (GeneratedToken token in engine.StreamAsync(request, TestEnds)) ids.Add(token.Id);
        return [.. ids];
    }

    private static float[] Logits(DecoderForward forward, int[] text, int chunk, KeyValueFormat format)
    {
        var pages = new PagePool(new PageLayout(forward.Config, format), 30);
        using SequenceCache cache = pages.TryReserve(text.Length)!;
        var logits = new float[text.Length * forward.Config.VocabularySize];
        for (int done = 0; done < text.Length; done += chunk)
        {
            int count = Math.Min(chunk, text.Length - done);
            forward.Run(
                [new ForwardSegment(cache, null, text.AsMemory(done, count), count)],
                logits.AsSpan(done * forward.Config.VocabularySize));
        }

        return logits;
    }
}
