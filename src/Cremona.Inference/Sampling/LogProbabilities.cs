using Cremona.Inference.Kernels;

namespace Cremona.Inference.Sampling;

/// <summary>Natural logarithms of token probabilities, before penalties, temperature and nucleus.</summary>
public static class LogProbabilities
{
    /// <summary>The most likely tokens, best first, equals by id.</summary>
    /// <param name="logits">[vocabularySize]</param>
    /// <param name="normaliser">Log-sum-exp of the logits.</param>
    /// <param name="count">How many, at most the vocabulary.</param>
    public static IReadOnlyList<(int Id, float LogProbability)> Top(
        ReadOnlySpan<float> logits, float normaliser, int count)
    {
        count = Math.Min(count, logits.Length);
        if (count <= 0) return [];
        var best = new List<(int Id, float LogProbability)>(count + 1);
        for (int i = 0; i < logits.Length; i++)
        {
            float value = logits[i] - normaliser;
            if (best.Count == count && value <= best[^1].LogProbability) continue;
            int place = best.Count;
            while (place > 0 && best[place - 1].LogProbability < value) place--;
            best.Insert(place, (i, value));
            if (best.Count > count) best.RemoveAt(count);
        }

        return best;
    }

    /// <summary>Log-sum-exp of the logits of a position.</summary>
    public static float Normaliser(ReadOnlySpan<float> logits) => VectorMath.LogSumExp(logits);
}
