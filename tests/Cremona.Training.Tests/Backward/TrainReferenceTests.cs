using System.Text.Json;
using Cremona.Inference.Architectures;
using Cremona.Inference.Kernels;
using Cremona.Training.Backward;
using Cremona.Training.Optimizers;

namespace Cremona.Training.Tests.Backward;

/// <summary>Twenty steps of training against the numbers of an independent PyTorch implementation in float64
/// (<c>tests/oracle/train_reference.py</c>, run once; its output is checked in).</summary>
public class TrainReferenceTests
{
    /// <summary>Losses after up to 19 float32 updates; 1e-6 is seen.</summary>
    private const double LossTolerance = 2e-6;

    /// <summary>Adam divides by the root of the squared gradient, so an element whose gradient is near zero turns a
    /// rounding error of the gradient into a visible part of a step (the learning rate is 3e-3); 2e-5 is
    /// seen.</summary>
    private const double WeightTolerance = 2e-5;

    private const int StepCount = 20;

    private static readonly int[] RowLengths = [17, 40, 6];

    private static readonly DecoderConfig Config = new()
    {
        Architecture = "Test",
        VocabularySize = 61,
        HiddenSize = 24,
        IntermediateSize = 40,
        LayerCount = 2,
        HeadCount = 4,
        KeyValueHeadCount = 2,
        HeadDimension = 8,
        ContextLength = 64,
        RmsNormEpsilon = 1e-5f,
        TieWordEmbeddings = true,
        AttentionBias = true,
        QueryKeyNorm = true,
    };

    [Fact]
    public void FullTraining_EndsWhereTheReferenceEnds()
    {
        using var pool = new ComputePool(2);
        using var trainer = DecoderTrainer.ForFullParameters(BaseWeights(), pool, RowLengths.Sum());

        AssertRun(trainer, "full");
    }

    [Fact]
    public void AdapterTraining_EndsWhereTheReferenceEnds()
    {
        using var pool = new ComputePool(2);
        var settings = new LoraSettings(Rank: 4, Alpha: 8, LinearKinds.All);
        using var trainer = DecoderTrainer.ForLora(BaseWeights(), settings, seed: 0, pool, RowLengths.Sum());
        uint salt = 1000;
        foreach (var parameter in trainer.Parameters)
        {
            if (parameter.Name.Contains("lora_A", StringComparison.Ordinal))
            {
                int width = parameter.Value.Length / settings.Rank;
                Uniform(salt, parameter.Value.Length, 0, 1 / Math.Sqrt(width)).CopyTo(parameter.Value, 0);
            }
            salt++;
        }

        AssertRun(trainer, "lora");
    }

    private static void AssertRun(DecoderTrainer trainer, string run)
    {
        using var json = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "oracle", "train_reference.json")));
        var expected = json.RootElement.GetProperty(run);
        var optimizer = new AdamW(
            trainer.Parameters, new AdamWOptions { Beta1 = 0.9, Beta2 = 0.95, Epsilon = 1e-8, WeightDecay = 0.1 });
        for (int step = 0; step < StepCount; step++)
        {
            var batch = Batch((uint)step);
            int learned = trainer.Evaluate(batch).LearnedTokens;
            double loss = trainer.ForwardBackward(batch, 1f / learned).LossSum / learned;
            double norm = optimizer.Step(3e-3 * (1 - (0.5 * step / StepCount)), gradientNormMax: 1);
            double expectedNorm = expected.GetProperty("gradientNorms")[step].GetDouble();
            loss.ShouldBe(expected.GetProperty("losses")[step].GetDouble(), LossTolerance, $"loss of step {step}");
            norm.ShouldBe(expectedNorm, 1e-4 * expectedNorm, $"gradient norm of step {step}");
        }
        foreach (var parameter in trainer.Parameters)
            AssertTensor(parameter, expected.GetProperty("tensors").GetProperty(parameter.Name));
    }

    private static void AssertTensor(TrainableTensor parameter, JsonElement expected)
    {
        double[] values = [.. parameter.Value.Select(v => (double)v)];
        double drift = WeightTolerance * Math.Sqrt(values.Length);
        values.Sum().ShouldBe(expected.GetProperty("sum").GetDouble(), drift, parameter.Name);
        values.Sum(v => v * v).ShouldBe(expected.GetProperty("sumOfSquares").GetDouble(), drift, parameter.Name);
        int step = expected.GetProperty("step").GetInt32();
        int index = 0;
        foreach (var value in expected.GetProperty("values").EnumerateArray())
        {
            values[index].ShouldBe(value.GetDouble(), WeightTolerance, $"{parameter.Name}[{index}]");
            index += step;
        }
    }

    private static DecoderWeights BaseWeights()
    {
        uint salt = 0;
        float[] Matrix(int rows, int columns) => Uniform(salt++, rows * columns, 0, 1.5 / Math.Sqrt(columns));
        float[] Norm(int size) => Uniform(salt++, size, 1, 0.3);
        float[] embedding = Matrix(Config.VocabularySize, Config.HiddenSize);
        var layers = new DecoderLayerWeights[Config.LayerCount];
        for (int layer = 0; layer < layers.Length; layer++)
        {
            float[] attentionNorm = Norm(Config.HiddenSize);
            float[] mlpNorm = Norm(Config.HiddenSize);
            var linear = new float[7][];
            var bias = new float[]?[7];
            foreach (var kind in LinearKinds.All)
            {
                linear[(int)kind] = Matrix(Config.OutputSize(kind), Config.InputSize(kind));
                if (kind <= LinearKind.Value)
                    bias[(int)kind] = Uniform(salt++, Config.OutputSize(kind), 0, 0.5);
            }
            layers[layer] = new DecoderLayerWeights
            {
                AttentionNorm = attentionNorm,
                MlpNorm = mlpNorm,
                Linear = linear,
                Bias = bias,
                QueryNorm = Norm(Config.HeadDimension),
                KeyNorm = Norm(Config.HeadDimension),
            };
        }
        return new DecoderWeights
        {
            Config = Config,
            Embedding = embedding,
            Layers = layers,
            FinalNorm = Norm(Config.HiddenSize),
        };
    }

    private static PackedBatch Batch(uint step)
    {
        int count = RowLengths.Sum();
        int[] tokens = [.. Mixed(2000 + (step % 4), count).Select(bits => (int)(bits % (uint)Config.VocabularySize))];
        bool[] learned = [.. Mixed(3000 + (step % 4), count).Select(bits => bits % 3 != 0)];
        return new PackedBatch(tokens, learned, [0, RowLengths[0], RowLengths[0] + RowLengths[1]]);
    }

    private static float[] Uniform(uint salt, int count, double center, double spread) =>
        [.. Mixed(salt, count).Select(bits => (float)(center + (spread * ((bits / 4294967296.0 * 2) - 1))))];

    private static IEnumerable<uint> Mixed(uint salt, int count)
    {
        for (uint i = 1; i <= count; i++)
        {
            uint x = unchecked((i * 0x9E3779B1) ^ ((salt + 1) * 0x85EBCA77));
            x = unchecked((x ^ (x >> 15)) * 0x2C1B3C6D);
            x = unchecked((x ^ (x >> 12)) * 0x297A2D39);
            yield return x ^ (x >> 15);
        }
    }
}
