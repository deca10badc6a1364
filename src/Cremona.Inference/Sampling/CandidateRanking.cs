namespace Cremona.Inference.Sampling;

/// <summary>Finds the most likely tokens without sorting the vocabulary: probabilities fall into buckets by exponent
/// and first bits of the mantissa, whole buckets are taken from the top, and only the last one is sorted. Keeps its
/// memory from call to call; not thread-safe.</summary>
internal sealed class CandidateRanking
{
    // Three bits of mantissa: the probabilities of a bucket differ by an eighth at most.
    private const int BucketShift = 20;
    private const int BucketCount = (0x3F800000 >> BucketShift) + 1; // the last one is that of probability 1

    private readonly int[] _counts = new int[BucketCount];
    private readonly double[] _masses = new double[BucketCount];
    private Candidate[] _candidates = [];

    /// <summary>The most likely tokens, equals by id, until their number is reached.</summary>
    /// <param name="probabilities">[vocabularySize], each in [0, 1].</param>
    /// <param name="count">At least 1.</param>
    public Span<Candidate> SelectCount(ReadOnlySpan<float> probabilities, int count) =>
        Select(probabilities, count, double.PositiveInfinity);

    /// <summary>The most likely tokens, equals by id, until their probabilities sum up to the mass.</summary>
    /// <param name="probabilities">[vocabularySize], each in [0, 1].</param>
    /// <param name="mass">In (0, 1].</param>
    public Span<Candidate> SelectMass(ReadOnlySpan<float> probabilities, double mass) =>
        Select(probabilities, int.MaxValue, mass);

    private Span<Candidate> Select(ReadOnlySpan<float> probabilities, int count, double mass)
    {
        FillBuckets(probabilities);
        int last = BucketCount - 1;
        int countAbove = 0;
        double massAbove = 0;
        while (last > 0 && countAbove + _counts[last] < count && massAbove + _masses[last] < mass)
        {
            countAbove += _counts[last];
            massAbove += _masses[last];
            last--;
        }

        Gather(probabilities, last, countAbove);
        Span<Candidate> tail = _candidates.AsSpan(countAbove, _counts[last]);
        tail.Sort();
        int taken = 0;
        while (taken < tail.Length && countAbove + taken < count && massAbove < mass)
        {
            massAbove += tail[taken++].Probability;
        }

        return _candidates.AsSpan(0, countAbove + taken);
    }

    private void FillBuckets(ReadOnlySpan<float> probabilities)
    {
        Array.Clear(_counts);
        Array.Clear(_masses);
        foreach (float probability in probabilities)
        {
            int bucket = Bucket(probability);
            _counts[bucket]++;
            _masses[bucket] += probability;
        }
    }

    /// <summary>Tokens of the buckets above the last by id, then those of the last.</summary>
    private void Gather(ReadOnlySpan<float> probabilities, int last, int countAbove)
    {
        if (_candidates.Length < probabilities.Length) _candidates = new Candidate[probabilities.Length];
        int above = 0;
        int tail = countAbove;
        for (int token = 0; token < probabilities.Length; token++)
        {
            int bucket = Bucket(probabilities[token]);
            if (bucket > last) _candidates[above++] = new(token, probabilities[token]);
            else if (bucket == last) _candidates[tail++] = new(token, probabilities[token]);
        }
    }

    // Rounding may lift a probability to just above 1.
    private static int Bucket(float probability) =>
        Math.Min(BitConverter.SingleToInt32Bits(probability) >> BucketShift, BucketCount - 1);
}
