using Cremona.Inference.Architectures;
using Cremona.Inference.Checkpoints;
using Cremona.Inference.Kernels;
using Cremona.Inference.KvCache;

namespace Cremona.Inference.Tests.KvCache;

public class CacheAccuracyTests
{
    private const string Text =
        "The harbour was quiet before the storm. Fishermen tied their boats with double knots and looked at the sky. "
        + "海港在暴风雨前很安静。渔民们把船系好，抬头看着天空。 “Will it reach us tonight?” asked the girl. Nobody answered, but the old "
        + "man put another log on the fire and began to tell the story of the winter when the sea froze.";

    /// <summary>What a format costs, as the mean Kullback-Leibler divergence of the next token's distribution from that
    /// with float32, in nats.</summary>
    [Theory]
    [InlineData(KeyValueFormat.F16, 5e-6)]
    [InlineData(KeyValueFormat.Q8, 3e-3)]
    public void Format_CostsLittle_OnNano(KeyValueFormat format, double divergenceMax)
    {
        LanguageModel nano = ModelFolder.Load(Path.Combine(AppContext.BaseDirectory, "models", "nano"));
        int[] tokens = nano.Tokenizer.Encode(Text);
        using var pool = new ComputePool(2);
        var forward = new DecoderForward(nano.Source, nano.Source.Format, pool);
        float[] exact = Logits(forward, tokens, KeyValueFormat.F32);
        float[] rounded = Logits(forward, tokens, format);
        int size = forward.Config.VocabularySize;
        double divergence = Enumerable.Range(0, tokens.Length)
            .Average(row => Divergence(exact.AsSpan(row * size, size), rounded.AsSpan(row * size, size)));
        TestContext.Current.TestOutputHelper?.WriteLine($"{format}: {divergence:E2} nats over {tokens.Length} tokens");
        divergence.ShouldBeLessThan(divergenceMax);
        rounded.ShouldNotBe(exact);
    }

    private static float[] Logits(DecoderForward forward, int[] tokens, KeyValueFormat format)
    {
        var pages = new PagePool(new PageLayout(forward.Config, format), PageLayout.PageCount(tokens.Length));
        using SequenceCache cache = pages.TryReserve(tokens.Length)!;
        var logits = new float[tokens.Length * forward.Config.VocabularySize];
        forward.Run([new ForwardSegment(cache, null, tokens, tokens.Length)], logits);
        return logits;
    }

    private static double Divergence(ReadOnlySpan<float> exact, ReadOnlySpan<float> rounded)
    {
        double exactSum = VectorMath.LogSumExp(exact);
        double roundedSum = VectorMath.LogSumExp(rounded);
        double sum = 0;
        for (int i = 0; i < exact.Length; i++)
        {
            double log = exact[i] - exactSum;
            sum += Math.Exp(log) * (log - (rounded[i] - roundedSum));
        }

        return sum;
    }
}
