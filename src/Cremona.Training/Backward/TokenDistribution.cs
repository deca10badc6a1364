namespace Cremona.Training.Backward;

/// <summary>The tokens that may follow, as a teacher sees them: the likeliest ones, with probabilities that sum to
/// 1.</summary>
/// <param name="Ids">Each once.</param>
/// <param name="Probabilities">As long as <paramref name="Ids"/>.</param>
public sealed record TokenDistribution(int[] Ids, float[] Probabilities)
{
    /// <summary>The likeliest tokens of a row of logits, scaled to sum to 1.</summary>
    /// <param name="logits">[vocabularySize]</param>
    /// <param name="count">Tokens at most.</param>
    public static TokenDistribution Top(ReadOnlySpan<float> logits, int count)
    {
        var likeliest = new PriorityQueue<int, (float, int)>(count + 1);
        for (int id = 0; id < logits.Length; id++)
        {
            // Of equal ones the lower id stays.
            if (likeliest.Count < count) likeliest.Enqueue(id, (logits[id], -id));
            else likeliest.EnqueueDequeue(id, (logits[id], -id));
        }

        int[] ids = [.. likeliest.UnorderedItems.Select(item => item.Element).Order()];
        float max = float.NegativeInfinity;
        foreach (int id in ids) max = Math.Max(max, logits[id]);
        float[] probabilities = new float[ids.Length];
        float sum = 0;
        for (int i = 0; i < ids.Length; i++) sum += probabilities[i] = MathF.Exp(logits[ids[i]] - max);
        for (int i = 0; i < ids.Length; i++) probabilities[i] /= sum;
        return new TokenDistribution(ids, probabilities);
    }
}
