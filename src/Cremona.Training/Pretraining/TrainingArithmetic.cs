using Cremona.Inference.Architectures;
using Cremona.Inference.Kernels;
using Cremona.Training.Backward;

namespace Cremona.Training.Pretraining;

/// <summary>Counts the arithmetic of full-parameter steps and measures what the machine can do, so that speed can be
/// told as a share.</summary>
public static class TrainingArithmetic
{
    private const int ProbeSize = 1024;
    private const int ProbeRounds = 8;

    // Forward, gradient of the input, gradient of the weights; a multiply and an add each.
    private const double OperationsPerWeight = 3 * 2;

    /// <summary>Floating-point operations of the matrix products of one forward and backward pass.</summary>
    public static double Operations(DecoderConfig config, PackedBatch batch)
    {
        double weights = config.LayerCount * LinearKinds.All.Sum(kind =>
            (double)config.OutputSize(kind) * config.InputSize(kind));
        double operations = OperationsPerWeight * weights * batch.Tokens.Length;
        int learnedTokens = batch.IsLearned.Count(learned => learned);
        operations += OperationsPerWeight * config.VocabularySize * config.HiddenSize * learnedTokens;
        for (int row = 0; row < batch.SequenceStarts.Length; row++)
        {
            int end = row + 1 < batch.SequenceStarts.Length ? batch.SequenceStarts[row + 1] : batch.Tokens.Length;
            double length = end - batch.SequenceStarts[row];

            // Scores and weighted values; a causal mask halves both.
            operations += OperationsPerWeight * config.LayerCount * config.QuerySize * length * length;
        }

        return operations;
    }

    /// <summary>Operations per second of this machine's float32 matrix multiplication, at its best of several
    /// rounds.</summary>
    public static double MeasureMatrixRate(ComputePool pool, TimeProvider clock)
    {
        float[] a = new float[ProbeSize * ProbeSize];
        float[] b = new float[ProbeSize * ProbeSize];
        float[] c = new float[ProbeSize * ProbeSize];
        double best = 0;
        for (int round = 0; round < ProbeRounds; round++)
        {
            long start = clock.GetTimestamp();
            MatrixMultiply.NT(pool, a, b, c, ProbeSize, ProbeSize, ProbeSize);
            double seconds = clock.GetElapsedTime(start).TotalSeconds;
            best = Math.Max(best, 2.0 * ProbeSize * ProbeSize * ProbeSize / Math.Max(seconds, 1e-9));
        }

        return best;
    }
}
