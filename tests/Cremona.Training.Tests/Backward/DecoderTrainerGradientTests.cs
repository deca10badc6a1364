using Cremona.Inference.Architectures;
using Cremona.Inference.Kernels;
using Cremona.Training.Backward;

namespace Cremona.Training.Tests.Backward;

/// <summary>Every gradient of the whole model against central differences of a double-precision model.</summary>
public class DecoderTrainerGradientTests
{
    /// <summary>Relative to the largest gradient of the tensor. Float32 keeps 6e-8 per operation, and a gradient here
    /// is the end of a few hundred dependent ones with cancellation: 1e-5 is seen, 1e-4 leaves room for other machines'
    /// vector widths. A wrong term or factor is off by 1e-2 or more.</summary>
    private const double Tolerance = 1e-4;

    private const int SamplesPerTensor = 7;

    [Theory]
    [InlineData(false, false, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, true)]
    [InlineData(true, true, false)]
    public void FullGradients_EqualCentralDifferences(bool bias, bool headNorm, bool tied)
    {
        var config = TinyDecoder.Config(bias, headNorm, tied);
        var weights = TinyDecoder.Weights(config, seed: 7);
        var batch = TinyDecoder.Batch(config, seed: 3, 5, 1, 43, 2, 9);
        using var pool = new ComputePool(2);
        using var trainer = DecoderTrainer.ForFullParameters(weights, pool, tokenCapacity: 64);

        AssertGradients(trainer, new ReferenceDecoder(weights), batch);
    }

    [Theory]
    [InlineData(
        LinearKind.Query, LinearKind.Key, LinearKind.Value, LinearKind.Output,
        LinearKind.Gate, LinearKind.Up, LinearKind.Down)]
    [InlineData(LinearKind.Query, LinearKind.Value)]
    [InlineData(LinearKind.Gate, LinearKind.Up)]
    [InlineData(LinearKind.Down)]
    [InlineData(LinearKind.Output)]
    public void AdapterGradients_EqualCentralDifferences(params LinearKind[] targets)
    {
        var config = TinyDecoder.Config(bias: true, headNorm: true, tied: true);
        var weights = TinyDecoder.Weights(config, seed: 11);
        var batch = TinyDecoder.Batch(config, seed: 5, 21, 38, 4);
        var settings = new LoraSettings(Rank: 3, Alpha: 4.5f, targets);
        using var pool = new ComputePool(2);
        using var trainer = DecoderTrainer.ForLora(weights, settings, seed: 1, pool, tokenCapacity: 70);
        FillZeroFactors(trainer);
        var reference = new ReferenceDecoder(weights, loraScaling: 1.5);
        foreach (var parameter in trainer.Parameters)
            reference.Set(parameter.Name, parameter.Value);

        trainer.Parameters.Count.ShouldBe(2 * 2 * targets.Length);
        AssertGradients(trainer, reference, batch);
    }

    [Fact]
    public void ForwardBackward_AddsScaledGradients_WhenCalledTwice()
    {
        var config = TinyDecoder.Config();
        using var pool = new ComputePool(1);
        using var trainer = DecoderTrainer.ForFullParameters(TinyDecoder.Weights(config, 1), pool, 32);
        var batch = TinyDecoder.Batch(config, 2, 12, 15);
        trainer.ForwardBackward(batch, 1);
        float[] once = [.. trainer.Parameters[3].Gradient];

        trainer.ForwardBackward(batch, 0.5f);

        for (int i = 0; i < once.Length; i++)
            trainer.Parameters[3].Gradient[i].ShouldBe(1.5f * once[i], 1e-5f * once.Max(MathF.Abs));
    }

    private static void AssertGradients(DecoderTrainer trainer, ReferenceDecoder reference, PackedBatch batch)
    {
        double expectedLoss = reference.LossSum(batch);
        var (loss, learned) = trainer.ForwardBackward(batch, 1);
        learned.ShouldBeGreaterThan(10);
        loss.ShouldBe(expectedLoss, 1e-5 * expectedLoss);
        foreach (var parameter in trainer.Parameters)
        {
            double largest = parameter.Gradient.Max(g => Math.Abs((double)g));
            largest.ShouldBeGreaterThan(1e-4, parameter.Name);
            int step = Math.Max(1, parameter.Value.Length / SamplesPerTensor);
            for (int i = step / 2; i < parameter.Value.Length; i += step)
            {
                double expected = reference.CentralDifference(batch, parameter.Name, i);
                ((double)parameter.Gradient[i]).ShouldBe(expected, Tolerance * largest, $"{parameter.Name}[{i}]");
            }
        }
    }

    /// <summary>B starts at zero, which would hide errors in the gradient of A.</summary>
    private static void FillZeroFactors(DecoderTrainer trainer)
    {
        ulong stream = 500;
        foreach (var parameter in trainer.Parameters.Where(p => p.Name.Contains("lora_B", StringComparison.Ordinal)))
            TinyDecoder.Uniform(parameter.Value.Length, 9, stream++, 0, 0.3).CopyTo(parameter.Value, 0);
    }
}
