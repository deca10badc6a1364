using Cremona.Inference.Architectures;
using Cremona.Training.Backward;

namespace Cremona.Training.Tests.Backward;

/// <summary>The decoder's loss in double precision, written as the papers write it: one token at a time, no packing
/// tricks, no shared code with the trainer. Its central differences are the truth that gradients are compared
/// with.</summary>
internal sealed class ReferenceDecoder
{
    private const string AdapterPrefix = "base_model.model.";

    private readonly DecoderConfig _config;
    private readonly double _loraScaling;
    private readonly Dictionary<string, double[]> _parameters = [];

    public ReferenceDecoder(DecoderWeights weights, double loraScaling = 0)
    {
        _config = weights.Config;
        _loraScaling = loraScaling;
        Set("model.embed_tokens.weight", weights.Embedding);
        for (int layer = 0; layer < weights.Layers.Length; layer++)
            SetLayer($"model.layers.{layer}", weights.Layers[layer]);
        Set("model.norm.weight", weights.FinalNorm);
        if (weights.Head != null)
            Set("lm_head.weight", weights.Head);
    }

    /// <summary>By the trainer's tensor names.</summary>
    public IReadOnlyDictionary<string, double[]> Parameters => _parameters;

    public void Set(string name, float[] value) => _parameters[name] = [.. value.Select(x => (double)x)];

    /// <summary>Sum of the losses of all learned tokens.</summary>
    public double LossSum(PackedBatch batch)
    {
        double sum = 0;
        for (int row = 0; row < batch.SequenceStarts.Length; row++)
        {
            int start = batch.SequenceStarts[row];
            int end = row + 1 < batch.SequenceStarts.Length ? batch.SequenceStarts[row + 1] : batch.Tokens.Length;
            double[][] logits = Logits(batch.Tokens[start..end]);
            for (int t = 1; t < end - start; t++)
                if (batch.IsLearned[start + t])
                    sum += Math.Log(logits[t - 1].Sum(Math.Exp)) - logits[t - 1][batch.Tokens[start + t]];
        }
        return sum;
    }

    /// <summary>(loss(p + h) − loss(p − h)) / 2h for one element of one parameter. In double precision with h = 1e-5
    /// its own error is about 1e-9.</summary>
    public double CentralDifference(PackedBatch batch, string name, int index)
    {
        const double h = 1e-5;
        double[] values = _parameters[name];
        double kept = values[index];
        values[index] = kept + h;
        double above = LossSum(batch);
        values[index] = kept - h;
        double below = LossSum(batch);
        values[index] = kept;
        return (above - below) / (2 * h);
    }

    /// <summary>Logits of one row, [tokens][vocabularySize].</summary>
    public double[][] Logits(int[] tokens)
    {
        int hidden = _config.HiddenSize;
        double[] embedding = _parameters["model.embed_tokens.weight"];
        double[][] x = [.. tokens.Select(token => embedding[(token * hidden)..((token + 1) * hidden)])];
        for (int layer = 0; layer < _config.LayerCount; layer++)
            x = Block($"model.layers.{layer}", x);
        double[] head = _parameters.GetValueOrDefault("lm_head.weight", embedding);
        return [.. x.Select(v => Multiply(head, Norm("model.norm", v)))];
    }

    private double[][] Block(string prefix, double[][] x)
    {
        double[][] normed = [.. x.Select(v => Norm($"{prefix}.input_layernorm", v))];
        double[][] attended = Attention(prefix, normed);
        var output = new double[x.Length][];
        for (int t = 0; t < x.Length; t++)
        {
            double[] middle = Sum(x[t], Linear($"{prefix}.self_attn.o_proj", attended[t]));
            double[] inner = Norm($"{prefix}.post_attention_layernorm", middle);
            double[] gate = Linear($"{prefix}.mlp.gate_proj", inner);
            double[] up = Linear($"{prefix}.mlp.up_proj", inner);
            double[] active = [.. gate.Select((g, i) => g / (1 + Math.Exp(-g)) * up[i])];
            output[t] = Sum(middle, Linear($"{prefix}.mlp.down_proj", active));
        }
        return output;
    }

    private double[][] Attention(string prefix, double[][] x)
    {
        int size = _config.HeadDimension;
        int group = _config.HeadCount / _config.KeyValueHeadCount;
        double[][] query = [.. x.Select((v, t) => Heads($"{prefix}.self_attn.q", v, t))];
        double[][] key = [.. x.Select((v, t) => Heads($"{prefix}.self_attn.k", v, t))];
        double[][] value = [.. x.Select(v => Linear($"{prefix}.self_attn.v_proj", v))];
        var output = new double[x.Length][];
        for (int t = 0; t < x.Length; t++)
        {
            output[t] = new double[_config.QuerySize];
            for (int head = 0; head < _config.HeadCount; head++)
            {
                int q = head * size;
                int kv = head / group * size;
                double[] weights = [.. Enumerable.Range(0, t + 1).Select(s => Math.Exp(
                    Enumerable.Range(0, size).Sum(d => query[t][q + d] * key[s][kv + d]) / Math.Sqrt(size)))];
                double total = weights.Sum();
                for (int s = 0; s <= t; s++)
                    for (int d = 0; d < size; d++)
                        output[t][q + d] += weights[s] / total * value[s][kv + d];
            }
        }
        return output;
    }

    /// <summary>Projection, optional norm per head, rotation.</summary>
    private double[] Heads(string name, double[] x, int position)
    {
        int size = _config.HeadDimension;
        double[] projected = Linear($"{name}_proj", x);
        var output = new List<double>();
        for (int first = 0; first < projected.Length; first += size)
        {
            double[] head = projected[first..(first + size)];
            if (_config.QueryKeyNorm)
                head = Norm($"{name}_norm", head);
            output.AddRange(Enumerable.Range(0, size).Select(i =>
            {
                int pair = i % (size / 2);
                double angle = position * Math.Pow(_config.RopeTheta, -2.0 * pair / size);
                double other = i < size / 2 ? -head[pair + (size / 2)] : head[pair];
                return (head[i] * Math.Cos(angle)) + (other * Math.Sin(angle));
            }));
        }
        return [.. output];
    }

    private double[] Linear(string name, double[] x)
    {
        double[] y = Multiply(_parameters[$"{name}.weight"], x);
        if (_parameters.TryGetValue($"{name}.bias", out double[]? bias))
            y = Sum(y, bias);
        if (_parameters.TryGetValue($"{AdapterPrefix}{name}.lora_A.weight", out double[]? a))
        {
            double[] update = Multiply(_parameters[$"{AdapterPrefix}{name}.lora_B.weight"], Multiply(a, x));
            y = [.. y.Select((v, i) => v + (_loraScaling * update[i]))];
        }
        return y;
    }

    private double[] Norm(string name, double[] x)
    {
        double root = Math.Sqrt((x.Sum(v => v * v) / x.Length) + _config.RmsNormEpsilon);
        double[] weight = _parameters[$"{name}.weight"];
        return [.. x.Select((v, i) => v / root * weight[i])];
    }

    private static double[] Multiply(double[] matrix, double[] x)
    {
        var y = new double[matrix.Length / x.Length];
        for (int row = 0; row < y.Length; row++)
            for (int i = 0; i < x.Length; i++)
                y[row] += matrix[(row * x.Length) + i] * x[i];
        return y;
    }

    private static double[] Sum(double[] a, double[] b) => [.. a.Select((v, i) => v + b[i])];

    private void SetLayer(string prefix, DecoderLayerWeights layer)
    {
        Set($"{prefix}.input_layernorm.weight", layer.AttentionNorm);
        Set($"{prefix}.post_attention_layernorm.weight", layer.MlpNorm);
        foreach (var kind in LinearKinds.All)
        {
            Set($"{prefix}.{kind.ModuleName()}.weight", layer.Linear[(int)kind]);
            if (layer.Bias[(int)kind] is { } bias)
                Set($"{prefix}.{kind.ModuleName()}.bias", bias);
        }
        if (layer.QueryNorm != null)
            Set($"{prefix}.self_attn.q_norm.weight", layer.QueryNorm);
        if (layer.KeyNorm != null)
            Set($"{prefix}.self_attn.k_norm.weight", layer.KeyNorm);
    }
}
