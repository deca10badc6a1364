using Cremona.Inference.Architectures;
using Cremona.Inference.Kernels;
using Cremona.Training.Backward;

namespace Cremona.Training.Tests.Backward;

/// <summary>Attention alone against a double-precision formula and its central differences.</summary>
public class CausalAttentionTests
{
    /// <summary>Softmax over up to 70 scores in float32, then sums of as many products.</summary>
    private const double Tolerance = 2e-5;

    /// <summary>Rows of one token, of less than a block, of exactly one and of more than two.</summary>
    private static readonly (int Start, int End)[] Rows = [(0, 1), (1, 8), (8, 40), (40, 110)];

    [Theory]
    [InlineData(4, 2, 6, int.MaxValue)]
    [InlineData(2, 2, 16, 9)]
    [InlineData(2, 2, 16, 33)]
    [InlineData(6, 1, 40, int.MaxValue)]
    public void Attention_GradientsEqualCentralDifferences(int heads, int keyValueHeads, int headDimension, int window)
    {
        var config = TinyDecoder.Config() with
        {
            HeadCount = heads,
            KeyValueHeadCount = keyValueHeads,
            HeadDimension = headDimension,
            SlidingWindow = window,
        };
        int tokens = Rows[^1].End;
        float[] query = Random(0, tokens * config.QuerySize);
        float[] key = Random(1, tokens * config.KeyValueSize);
        float[] value = Random(2, tokens * config.KeyValueSize);
        float[] r = Random(3, tokens * config.QuerySize);
        var tensors = new AttentionTensors(query, key, value, new float[r.Length], new float[tokens * heads]);
        var (dQuery, dKey, dValue) = (new float[query.Length], new float[key.Length], new float[value.Length]);
        using var pool = new ComputePool(2);
        var attention = new CausalAttention(config, config.WindowOf(0), pool);

        attention.Forward(Rows, tensors);
        attention.Backward(Rows, tensors, r, dQuery, dKey, dValue);

        double[][] at = [Double(query), Double(key), Double(value)];
        Enumerable.Range(0, r.Length).Sum(i => (double)tensors.Attended[i] * r[i])
            .ShouldBe(Scalar(config, at, r, 0, tokens), Tolerance * 50);
        AssertGradient(config, at, 0, dQuery, config.QuerySize, r);
        AssertGradient(config, at, 1, dKey, config.KeyValueSize, r);
        AssertGradient(config, at, 2, dValue, config.KeyValueSize, r);
    }

    private static void AssertGradient(
        DecoderConfig config, double[][] at, int which, float[] gradient, int width, float[] r)
    {
        const double h = 1e-5;
        double[] x = at[which];
        for (int i = 0; i < x.Length; i += 41)
        {
            // Only the element's own row can see it; the others would only add rounding.
            var (start, end) = Rows.Single(row => row.Start <= i / width && i / width < row.End);
            double kept = x[i];
            x[i] = kept + h;
            double above = Scalar(config, at, r, start, end);
            x[i] = kept - h;
            double below = Scalar(config, at, r, start, end);
            x[i] = kept;
            ((double)gradient[i]).ShouldBe((above - below) / (2 * h), Tolerance, $"input {which}, element {i}");
        }
    }

    /// <summary>Σ attended · r over the tokens of [from, to), which must be whole rows.</summary>
    private static double Scalar(DecoderConfig config, double[][] at, float[] r, int from, int to)
    {
        int size = config.HeadDimension;
        double sum = 0;
        for (int t = from; t < to; t++)
        {
            int start = Rows.Single(row => row.Start <= t && t < row.End).Start;
            if (config.SlidingWindow is { } window) start = Math.Max(start, t - window + 1);
            for (int head = 0; head < config.HeadCount; head++)
            {
                int q = (t * config.QuerySize) + (head * size);
                int kv = head * config.KeyValueHeadCount / config.HeadCount * size;
                double total = 0, weighted = 0;
                for (int s = start; s <= t; s++)
                {
                    int k = (s * config.KeyValueSize) + kv;
                    double score = 0, product = 0;
                    for (int d = 0; d < size; d++)
                    {
                        score += at[0][q + d] * at[1][k + d];
                        product += at[2][k + d] * r[q + d];
                    }
                    double weight = Math.Exp(score / Math.Sqrt(size));
                    total += weight;
                    weighted += weight * product;
                }
                sum += weighted / total;
            }
        }
        return sum;
    }

    private static float[] Random(ulong stream, int size) => TinyDecoder.Uniform(size, 8, stream, 0, 1);

    private static double[] Double(float[] x) => [.. x.Select(v => (double)v)];
}
