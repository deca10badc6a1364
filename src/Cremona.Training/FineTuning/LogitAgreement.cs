using Cremona.Inference.Adapters;
using Cremona.Inference.Architectures;
using Cremona.Inference.Kernels;
using Cremona.Inference.Scheduling;
using Cremona.Training.Backward;
using Cremona.Training.Data;

namespace Cremona.Training.FineTuning;

/// <summary>Compares the logits of training, of the serving engine with the adapter, and of merged weights on sample
/// rows.</summary>
internal static class LogitAgreement
{
    private const int SampleRows = 4;
    private const int SampleTokens = 128;

    /// <summary>Differences up to this share of the largest logit are float32 rounding in another order.</summary>
    private const double RelativeBound = 1e-3;

    /// <returns>The largest absolute difference.</returns>
    /// <exception cref="LogitDisagreementException">It is more than rounding.</exception>
    public static double Check(FineTuneRequest request, FineTuneSession session, LoraAdapter adapter)
    {
        DecoderWeights weights = request.BaseModel.Weights;
        var options = new EngineOptions { ThreadCount = request.ThreadCount };
        using var serving = new DecoderEngine(weights, WeightFormat.F32, options);
        using var merged = new DecoderEngine(LoraMerge.Merge(weights, adapter), WeightFormat.F32, options);
        (float difference, float largest) = (0, 1);
        foreach (TokenizedRow row in request.TrainingRows.Concat(request.ValidationRows).Take(SampleRows))
        {
            int[] tokens = row.Tokens[..Math.Min(SampleTokens, row.Tokens.Length)];
            float[] trained = new float[tokens.Length * weights.Config.VocabularySize]; // [tokens, vocabularySize]
            float[] served = new float[trained.Length];
            session.Logits(new PackedBatch(tokens, new bool[tokens.Length], [0]), trained);
            largest = trained.Aggregate(largest, (max, logit) => Math.Max(max, Math.Abs(logit)));
            serving.Logits(tokens, adapter, served);
            difference = Math.Max(difference, LargestDifference(trained, served));
            merged.Logits(tokens, null, served);
            difference = Math.Max(difference, LargestDifference(trained, served));
        }

        double bound = RelativeBound * largest;
        return difference <= bound ? difference : throw new LogitDisagreementException(difference, bound);
    }

    private static float LargestDifference(float[] left, float[] right)
    {
        float largest = 0;
        for (int i = 0; i < left.Length; i++)
        {
            float difference = Math.Abs(left[i] - right[i]);
            if (!(difference <= largest)) largest = difference; // A NaN stays.
        }

        return largest;
    }
}
