using Cremona.Inference.Adapters;
using Cremona.Inference.Architectures;

namespace Cremona.Inference.Tests.Architectures;

/// <summary>A decoder written from the papers in double precision, one token after another, without any of the
/// kernels: the oracle of the forward pass.</summary>
internal sealed class TransformerReference(DecoderWeights weights, LoraAdapter? adapter = null)
{
    private readonly DecoderConfig _config = weights.Config;

    /// <summary>[tokens][vocabularySize]</summary>
    public double[][] Logits(int[] tokens)
    {
        double[][] x = [.. tokens.Select(token =>
            Doubles(weights.Embedding.AsSpan(token * _config.HiddenSize, _config.HiddenSize)))];
        for (int layer = 0; layer < _config.LayerCount; layer++)
        {
            double[][] normed = [.. x.Select(row => Norm(row, weights.Layers[layer].AttentionNorm))];
            double[][] attended = Attend(layer, normed);
            for (int t = 0; t < x.Length; t++)
            {
                x[t] = Sum(x[t], Linear(layer, LinearKind.Output, attended[t]));
                double[] input = Norm(x[t], weights.Layers[layer].MlpNorm);
                double[] gate = Linear(layer, LinearKind.Gate, input);
                double[] up = Linear(layer, LinearKind.Up, input);
                double[] active = [.. gate.Select((g, i) => g / (1 + Math.Exp(-g)) * up[i])];
                x[t] = Sum(x[t], Linear(layer, LinearKind.Down, active));
            }
        }

        return [.. x.Select(row => Multiply(
            weights.HeadOrEmbedding, Norm(row, weights.FinalNorm), _config.VocabularySize))];
    }

    private double[][] Attend(int layer, double[][] normed)
    {
        DecoderLayerWeights block = weights.Layers[layer];
        int dimension = _config.HeadDimension;
        int group = _config.HeadCount / _config.KeyValueHeadCount;
        double[][] queries = [.. normed.Select((row, t) =>
            Turn(NormHeads(Linear(layer, LinearKind.Query, row), block.QueryNorm), t))];
        double[][] keys = [.. normed.Select((row, t) =>
            Turn(NormHeads(Linear(layer, LinearKind.Key, row), block.KeyNorm), t))];
        double[][] values = [.. normed.Select(row => Linear(layer, LinearKind.Value, row))];

        var result = new double[normed.Length][];
        for (int t = 0; t < normed.Length; t++)
        {
            result[t] = new double[_config.QuerySize];
            for (int head = 0; head < _config.HeadCount; head++)
            {
                int q = head * dimension;
                int kv = head / group * dimension;
                int window = _config.SlidingWindow is { } w && layer >= _config.FirstSlidingLayer ? w : int.MaxValue;
                double[] scores = [.. Enumerable.Range(0, t + 1).Select(s => t - s >= window ? 0 : Math.Exp(
                    Enumerable.Range(0, dimension).Sum(i => queries[t][q + i] * keys[s][kv + i])
                    / Math.Sqrt(dimension)))];
                double total = scores.Sum();
                for (int i = 0; i < dimension; i++)
                {
                    result[t][q + i] = scores.Select((score, s) => score / total * values[s][kv + i]).Sum();
                }
            }
        }

        return result;
    }

    private double[] Linear(int layer, LinearKind kind, double[] x)
    {
        double[] y = Multiply(weights.Layers[layer].Linear[(int)kind], x, _config.OutputSize(kind));
        if (weights.Layers[layer].Bias[(int)kind] is { } bias) y = Sum(y, Doubles(bias));
        if (adapter?.Matrices.TryGetValue((layer, kind), out LoraMatrices? pair) != true) return y;
        double[] hidden = Multiply(pair!.A, x, adapter.Rank);
        double[] update = Multiply(pair.B, hidden, y.Length);
        return Sum(y, [.. update.Select(value => value * adapter.Scaling)]);
    }

    private double[] Norm(double[] x, float[] weight)
    {
        double scale = 1 / Math.Sqrt((x.Sum(value => value * value) / x.Length) + _config.RmsNormEpsilon);
        return [.. x.Select((value, i) => value * scale * weight[i])];
    }

    private double[] NormHeads(double[] heads, float[]? weight) =>
        weight is null ? heads : [.. heads.Chunk(_config.HeadDimension).SelectMany(head => Norm(head, weight))];

    private double[] Turn(double[] heads, int position)
    {
        int half = _config.HeadDimension / 2;
        double[] result = [.. heads];
        for (int head = 0; head < heads.Length; head += 2 * half)
        {
            for (int i = 0; i < half; i++)
            {
                (double frequency, double amplitude) = FrequencyReference.Of(_config, i);
                double angle = position * frequency;
                (double x, double y) = (heads[head + i] * amplitude, heads[head + half + i] * amplitude);
                result[head + i] = (x * Math.Cos(angle)) - (y * Math.Sin(angle));
                result[head + half + i] = (y * Math.Cos(angle)) + (x * Math.Sin(angle));
            }
        }

        return result;
    }

    private static double[] Multiply(float[] matrix, double[] x, int rows)
    {
        var y = new double[rows];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < x.Length; j++) y[i] += matrix[(i * x.Length) + j] * x[j];
        }

        return y;
    }

    private static double[] Sum(double[] x, double[] y) => [.. x.Zip(y, (a, b) => a + b)];

    private static double[] Doubles(ReadOnlySpan<float> values)
    {
        var result = new double[values.Length];
        for (int i = 0; i < values.Length; i++) result[i] = values[i];
        return result;
    }
}
