using Cremona.Inference.Adapters;
using Cremona.Inference.Architectures;
using Cremona.Inference.Architectures.Rotary;
using Cremona.Inference.Kernels;
using Cremona.Inference.KvCache;

namespace Cremona.Inference.Tests.Architectures;

public class DecoderForwardTests
{
    [Theory]
    [InlineData(false, false, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, true)]
    public void Run_GivesTheReferencesLogits_OnEverySet(bool bias, bool norms, bool tied)
    {
        DecoderConfig config = TestModels.Config(bias, norms, tied);
        DecoderWeights weights = TestModels.Random(config, 1);
        int[] tokens = TestModels.Tokens(config, 150, 2);
        double[][] expected = new TransformerReference(weights).Logits(tokens);
        foreach (SimdLevel level in InstructionSet.Supported)
        {
            using var pool = new ComputePool(2);
            var forward = new DecoderForward(weights, WeightFormat.F32, pool, KernelSet.Of(level));
            ShouldAgree(Logits(forward, tokens, null, 150), expected, $"{level}");
        }
    }

    [Theory]
    [InlineData(1, 1, 16)]
    [InlineData(4, 4, 32)]
    [InlineData(8, 1, 6)]
    public void Run_GivesTheReferencesLogits_ForAnyGroupingOfHeads(int heads, int keyValueHeads, int dimension)
    {
        DecoderConfig config = TestModels.Config(heads: heads, keyValueHeads: keyValueHeads, dimension: dimension);
        DecoderWeights weights = TestModels.Random(config, 3);
        int[] tokens = TestModels.Tokens(config, 40, 4);
        using var pool = new ComputePool(1);
        var forward = new DecoderForward(weights, WeightFormat.F32, pool);
        ShouldAgree(Logits(forward, tokens, null, 40), new TransformerReference(weights).Logits(tokens), "heads");
    }

    public static TheoryData<string, RopeScaling?, int?> Options => new()
    {
        { "linear", new LinearRopeScaling(3), null },
        { "llama3", new Llama3RopeScaling(8, 1, 4, 60), null },
        { "yarn", new YarnRopeScaling(4, 64, 32, 1, YarnRopeScaling.UsualAttentionFactor(4)), null },
        { "listed", new ListedRopeScaling([1, 1.5f, 2, 4, 8]), null },
        { "window", null, 7 },
        { "window and yarn", new YarnRopeScaling(2, 100, 16, 2, 0.9), 131 },
        { "window of one", null, 1 },
    };

    [Theory]
    [MemberData(nameof(Options))]
    public void Run_GivesTheReferencesLogits_WithStretchedPositionsAndWindows(
        string option, RopeScaling? scaling, int? window)
    {
        DecoderConfig config = TestModels.Config() with
        {
            RopeScaling = scaling,
            SlidingWindow = window,
            FirstSlidingLayer = 1,
            RopeTheta = 50,
        };
        DecoderWeights weights = TestModels.Random(config, 41);
        int[] tokens = TestModels.Tokens(config, 150, 42);
        double[][] expected = new TransformerReference(weights).Logits(tokens);
        using var pool = new ComputePool(2);
        foreach (SimdLevel level in InstructionSet.Supported)
        {
            var forward = new DecoderForward(weights, WeightFormat.F32, pool, KernelSet.Of(level));
            float[] whole = Logits(forward, tokens, null, 150);
            ShouldAgree(whole, expected, $"{option} on {level}");
            Logits(forward, tokens, null, 7).AsSpan().SequenceEqual(whole).ShouldBeTrue($"{option} in pieces of 7");
        }
    }

    [Fact]
    public void Run_GivesTheReferencesLogits_WithAnAdapter()
    {
        DecoderConfig config = TestModels.Config(bias: true);
        DecoderWeights weights = TestModels.Random(config, 5);
        int[] tokens = TestModels.Tokens(config, 35, 6);
        LoraAdapter all = TestModels.Adapter(config, 5, 7);
        LoraAdapter some = TestModels.Adapter(config, 16, 8, LinearKind.Value, LinearKind.Down);
        using var pool = new ComputePool(2);
        foreach (SimdLevel level in InstructionSet.Supported)
        {
            var forward = new DecoderForward(weights, WeightFormat.F32, pool, KernelSet.Of(level));
            foreach (LoraAdapter adapter in (LoraAdapter[])[all, some])
            {
                double[][] expected = new TransformerReference(weights, adapter).Logits(tokens);
                ShouldAgree(Logits(forward, tokens, adapter, 35), expected, $"{level} rank {adapter.Rank}");
            }
        }
    }

    public static TheoryData<SimdLevel, WeightFormat> LevelsAndFormats()
    {
        var cases = new TheoryData<SimdLevel, WeightFormat>();
        foreach (SimdLevel level in InstructionSet.Supported.Where(level => level != SimdLevel.Scalar))
        {
            foreach (WeightFormat format in Enum.GetValues<WeightFormat>()) cases.Add(level, format);
        }

        return cases;
    }

    [Theory]
    [InlineData(WeightFormat.BF16, 0.02)]
    [InlineData(WeightFormat.Q8, 0.05)]
    [InlineData(WeightFormat.Q4, 0.6)]
    public void Run_StaysNearTheReference_InEveryFormatOnEverySet(WeightFormat format, double relativeMax)
    {
        DecoderConfig config = TestModels.Config(bias: true, norms: true);
        DecoderWeights weights = TestModels.Random(config, 21);
        int[] tokens = TestModels.Tokens(config, 30, 22);
        double[] expected = [.. new TransformerReference(weights).Logits(tokens).SelectMany(row => row)];
        foreach (SimdLevel level in InstructionSet.Supported)
        {
            using var pool = new ComputePool(2);
            var forward = new DecoderForward(weights, format, pool, KernelSet.Of(level));
            float[] logits = Logits(forward, tokens, null, 30);
            double error = logits.Zip(expected, (x, y) => Math.Pow(x - y, 2)).Sum();
            Math.Sqrt(error / expected.Sum(y => y * y)).ShouldBeLessThan(relativeMax, $"{level}");
        }
    }

    [Fact]
    public void Run_GivesTheBitsOfFloat32_WhenWeightsAreBrainFloats()
    {
        DecoderConfig config = TestModels.Config(tied: false);
        DecoderWeights weights = TestModels.Random(config, 23);
        LoraAdapter adapter = TestModels.Adapter(config, 5, 25); // Its scaling is 2, so scaled factors stay exact.
        IEnumerable<float[]> matrices = weights.Layers.SelectMany(layer => layer.Linear)
            .Concat(adapter.Matrices.Values.SelectMany(pair => new[] { pair.A, pair.B }));
        foreach (float[] matrix in matrices.Append(weights.Embedding).Append(weights.Head!))
        {
            for (int i = 0; i < matrix.Length; i++) matrix[i] = BrainFloat.Round(matrix[i]);
        }

        int[] tokens = TestModels.Tokens(config, 40, 24);
        using var pool = new ComputePool(2);
        var floats = new DecoderForward(weights, WeightFormat.F32, pool);
        var brain = new DecoderForward(weights, WeightFormat.BF16, pool);
        foreach (LoraAdapter? one in (LoraAdapter?[])[null, adapter])
        {
            float[] expected = Logits(floats, tokens, one, 40);
            Logits(brain, tokens, one, 40).ShouldBe(expected);
            Logits(brain, tokens, one, 1).ShouldBe(expected);
        }
    }

    [Theory]
    [MemberData(nameof(LevelsAndFormats))]
    public void Run_GivesTheSameBits_HoweverThePromptIsCut(SimdLevel level, WeightFormat format)
    {
        DecoderConfig config = TestModels.Config();
        DecoderWeights weights = TestModels.Random(config, 9);
        int[] tokens = TestModels.Tokens(config, 260, 10);
        using var pool = new ComputePool(2);
        var forward = new DecoderForward(weights, format, pool, KernelSet.Of(level));
        float[] whole = Logits(forward, tokens, null, tokens.Length);
        foreach (int chunk in (int[])[1, 7, 100, 129])
        {
            Logits(forward, tokens, null, chunk).AsSpan().SequenceEqual(whole).ShouldBeTrue($"chunks of {chunk}");
        }
    }

    [Theory]
    [MemberData(nameof(LevelsAndFormats))]
    public void Run_GivesTheSameBits_InAnyBatchAndOnAnyNumberOfThreads(SimdLevel level, WeightFormat format)
    {
        DecoderConfig config = TestModels.Config(norms: true);
        LoraAdapter first = TestModels.Adapter(config, 4, 12);
        LoraAdapter second = TestModels.Adapter(config, 8, 13, LinearKind.Query, LinearKind.Gate);
        LoraAdapter?[] adapters = [null, first, first, second, null, second, null];
        int[][] texts = [.. adapters.Select((_, i) => TestModels.Tokens(config, 3 + (i * 17), (ulong)(20 + i)))];
        ShouldGiveTheBitsOfEachAlone(config, level, format, adapters, texts);
    }

    [Theory]
    [MemberData(nameof(LevelsAndFormats))]
    public void Run_GivesTheSameBits_WithAnotherAdapterInEveryRow(SimdLevel level, WeightFormat format)
    {
        // Wide enough that the layers of the MLP share their short runs among threads, and those of attention do not.
        DecoderConfig config = TestModels.Config() with { IntermediateSize = 340, LayerCount = 2 };
        LoraAdapter?[] adapters =
        [
            TestModels.Adapter(config, 16, 61), TestModels.Adapter(config, 5, 62, LinearKind.Value, LinearKind.Down),
            null, TestModels.Adapter(config, 16, 63), TestModels.Adapter(config, 70, 64),
            TestModels.Adapter(config, 17, 65, LinearKind.Key, LinearKind.Output), TestModels.Adapter(config, 1, 66),
        ];
        int[][] texts = [.. adapters.Select((_, i) => TestModels.Tokens(config, i == 3 ? 4 : 1, (ulong)(70 + i)))];
        ShouldGiveTheBitsOfEachAlone(config, level, format, adapters, texts);
    }

    private static void ShouldGiveTheBitsOfEachAlone(
        DecoderConfig config, SimdLevel level, WeightFormat format, LoraAdapter?[] adapters, int[][] texts)
    {
        DecoderWeights weights = TestModels.Random(config, 11);
        using var single = new ComputePool(1);
        var alone = new DecoderForward(weights, format, single, KernelSet.Of(level));
        float[][] expected = [.. texts.Select((text, i) => Logits(alone, text, adapters[i], text.Length))];

        using var pool = new ComputePool(3);
        var forward = new DecoderForward(weights, format, pool, KernelSet.Of(level));
        PagePool pages = Pages(config);
        SequenceCache[] caches = [.. texts.Select(text => pages.TryReserve(text.Length)!)];
        ForwardSegment[] segments =
            [.. texts.Select((text, i) => new ForwardSegment(caches[i], adapters[i], text, text.Length))];
        var logits = new float[texts.Sum(text => text.Length) * config.VocabularySize];
        forward.Run(segments, logits);
        logits.ShouldBe(expected.SelectMany(row => row).ToArray());
    }

    [Theory]
    [InlineData(KeyValueFormat.F16, 1e-3)]
    [InlineData(KeyValueFormat.Q8, 2e-2)]
    public void Run_StaysNearTheReference_WithAnyCacheOnEverySet_HoweverThePromptIsCut(
        KeyValueFormat cache, double relativeMax)
    {
        // Longer than a step of attention, one layer of it in a window.
        DecoderConfig config = TestModels.Config(norms: true) with
        {
            ContextLength = 300,
            SlidingWindow = 100,
            FirstSlidingLayer = 2,
        };
        DecoderWeights weights = TestModels.Random(config, 31);
        int[] tokens = TestModels.Tokens(config, 280, 32);
        double[] expected = [.. new TransformerReference(weights).Logits(tokens).SelectMany(row => row)];
        foreach (SimdLevel level in InstructionSet.Supported)
        {
            using var pool = new ComputePool(2);
            var forward = new DecoderForward(weights, WeightFormat.F32, pool, KernelSet.Of(level));
            float[] logits = Logits(forward, tokens, null, tokens.Length, cache);
            double error = logits.Zip(expected, (x, y) => Math.Pow(x - y, 2)).Sum();
            Math.Sqrt(error / expected.Sum(y => y * y)).ShouldBeLessThan(relativeMax, $"{level}");
            if (level == SimdLevel.Scalar) continue;
            foreach (int chunk in (int[])[45, 257])
            {
                Logits(forward, tokens, null, chunk, cache).AsSpan().SequenceEqual(logits)
                    .ShouldBeTrue($"{level}, chunks of {chunk}");
            }
        }
    }

    [Fact]
    public void Run_ReturnsOnlyTheWantedLogits()
    {
        DecoderConfig config = TestModels.Config();
        DecoderWeights weights = TestModels.Random(config, 14);
        int[] tokens = TestModels.Tokens(config, 20, 15);
        using var pool = new ComputePool(1);
        var forward = new DecoderForward(weights, WeightFormat.F32, pool);
        float[] all = Logits(forward, tokens, null, 20);
        var last = new float[2 * config.VocabularySize];
        PagePool pages = Pages(config);
        forward.Run(
            [
                new ForwardSegment(pages.TryReserve(20)!, null, tokens, 0),
                new ForwardSegment(pages.TryReserve(20)!, null, tokens, 2),
            ],
            last);
        last.ShouldBe(all[^(2 * config.VocabularySize)..]);
    }

    [Fact]
    public void Run_Throws_WhenATokenIsUnknownOrTheCacheIsFullOrTheAdapterDoesNotFit()
    {
        DecoderConfig config = TestModels.Config();
        using var pool = new ComputePool(1);
        var forward = new DecoderForward(TestModels.Random(config, 16), WeightFormat.F32, pool);
        SequenceCache cache = Pages(config).TryReserve(1)!;
        int[] tooLong = new int[PageLayout.TokenCount + 1];
        LoraAdapter foreign = TestModels.Adapter(config with { HiddenSize = 45 }, 2, 17);
        Should.Throw<ArgumentException>(() => forward.Run([new(cache, null, new[] { 75 }, 0)], []));
        Should.Throw<ArgumentException>(() => forward.Run([new(cache, null, new[] { -1 }, 0)], []));
        Should.Throw<ArgumentException>(() => forward.Run([new(cache, null, tooLong, 0)], []));
        Should.Throw<ArgumentException>(() => forward.Run([new(cache, foreign, new[] { 1 }, 0)], []));
        cache.TokenCount.ShouldBe(0);
    }

    [Fact]
    public void Run_AllocatesNothing_WhileDecoding()
    {
        Assert.SkipWhen(InstructionSet.Current == SimdLevel.Scalar, "the scalar reference unpacks its weights");
        DecoderConfig config = TestModels.Config();
        using var pool = new ComputePool(1);
        var forward = new DecoderForward(TestModels.Random(config, 18), WeightFormat.F32, pool);
        LoraAdapter adapter = TestModels.Adapter(config, 4, 19);

        // Code that is not optimised yet may box; it is within some rounds, however busy the machine.
        long allocated = long.MaxValue;
        for (int round = 0; round < 10 && allocated > 0; round++) allocated = MeasureDecoding(config, forward, adapter);
        allocated.ShouldBe(0);
    }

    /// <summary>Bytes allocated by 245 steps of two sequences.</summary>
    private static long MeasureDecoding(DecoderConfig config, DecoderForward forward, LoraAdapter adapter)
    {
        PagePool pages = Pages(config);
        ForwardSegment[] segments =
        [
            new(pages.TryReserve(300)!, null, new[] { 1 }, 1),
            new(pages.TryReserve(300)!, adapter, new[] { 2 }, 1),
        ];
        var logits = new float[2 * config.VocabularySize];
        for (int i = 0; i < 40; i++) forward.Run(segments, logits);

        // The next pages are taken in advance, and tables grow with another sequence; then a context may grow over
        // several steps of attention.
        foreach (ForwardSegment segment in segments) segment.Cache.Prepare(290);
        Logits(forward, TestModels.Tokens(config, 300, 20), adapter, 100, pages);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 40; i < 285; i++) forward.Run(segments, logits);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static PagePool Pages(DecoderConfig config, KeyValueFormat format = KeyValueFormat.F32) =>
        new(new PageLayout(config, format), 40);

    private static float[] Logits(
        DecoderForward forward, int[] tokens, LoraAdapter? adapter, int chunk,
        KeyValueFormat format = KeyValueFormat.F32) =>
        Logits(forward, tokens, adapter, chunk, Pages(forward.Config, format));

    private static float[] Logits(
        DecoderForward forward, int[] tokens, LoraAdapter? adapter, int chunk, PagePool pages)
    {
        int vocabulary = forward.Config.VocabularySize;
        var logits = new float[tokens.Length * vocabulary];
        using SequenceCache cache = pages.TryReserve(tokens.Length)!;
        for (int done = 0; done < tokens.Length; done += chunk)
        {
            int count = Math.Min(chunk, tokens.Length - done);
            forward.Run(
                [new ForwardSegment(cache, adapter, tokens.AsMemory(done, count), count)],
                logits.AsSpan(done * vocabulary, count * vocabulary));
        }

        return logits;
    }

    private static void ShouldAgree(float[] logits, double[][] expected, string what)
    {
        double worst = 0;
        double largest = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            double reference = expected[i / expected[0].Length][i % expected[0].Length];
            worst = Math.Max(worst, Math.Abs(logits[i] - reference));
            largest = Math.Max(largest, Math.Abs(reference));
        }

        // Float32 keeps about seven digits; three layers lose two of them.
        worst.ShouldBeLessThan(2e-5 * largest, what);
        largest.ShouldBeGreaterThan(0.5);
    }
}
