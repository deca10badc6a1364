using Cremona.Inference.Kernels;

namespace Cremona.Inference.Sampling;

/// <summary>Draws the tokens of one sequence: penalties, then temperature, then the k most likely, then the nucleus.
/// Ties go to the smaller id. Not thread-safe.</summary>
public sealed class TokenSampler
{
    // Lower ones are greedy in all but name.
    private const float TemperatureMin = 1e-4f;
    private const int PickBlocksMax = 256;
    private const int PickBlockMin = 32;

    private readonly SamplingOptions _options;
    private readonly Dictionary<int, int> _counts = [];
    private long _position;

    /// <exception cref="ArgumentException">An option is outside its range.</exception>
    public TokenSampler(SamplingOptions options)
    {
        Check(options.Temperature is >= 0 and <= 2, nameof(options.Temperature), "[0, 2]");
        Check(options.TopP is > 0 and <= 1, nameof(options.TopP), "(0, 1]");
        Check(options.TopK >= 0, nameof(options.TopK), "0 or more");
        Check(options.PresencePenalty is >= -2 and <= 2, nameof(options.PresencePenalty), "[-2, 2]");
        Check(options.FrequencyPenalty is >= -2 and <= 2, nameof(options.FrequencyPenalty), "[-2, 2]");
        _options = options;
    }

    /// <summary>Draws the next token and counts it.</summary>
    /// <param name="logits">[vocabularySize]; overwritten.</param>
    /// <param name="scratch">Working memory, kept by the caller for the next draw.</param>
    /// <param name="temperature">For this draw instead of the sequence's own.</param>
    public int Draw(Span<float> logits, SamplingScratch scratch, float? temperature = null)
    {
        ApplyPenalties(logits);
        float heat = temperature ?? _options.Temperature;
        int token = heat == 0 || _options.TopK == 1 ? ArgMax(logits) : DrawRandomly(logits, heat, scratch);
        _position++;
        Count(token);
        return token;
    }

    /// <summary>Counts a token that was not drawn, for the penalties.</summary>
    public void Count(int token)
    {
        if (_options.PresencePenalty == 0 && _options.FrequencyPenalty == 0) return;
        _counts[token] = _counts.GetValueOrDefault(token) + 1;
    }

    /// <summary>The index of the largest value, the first of equals.</summary>
    public static int ArgMax(ReadOnlySpan<float> values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
        {
            if (values[i] > values[best]) best = i;
        }

        return best;
    }

    private void ApplyPenalties(Span<float> logits)
    {
        foreach ((int token, int count) in _counts)
        {
            logits[token] -= _options.PresencePenalty + (_options.FrequencyPenalty * count);
        }
    }

    private int DrawRandomly(Span<float> logits, float temperature, SamplingScratch scratch)
    {
        // Shifted before the division, so that a small temperature cannot overflow.
        float max = logits[ArgMax(logits)];
        VectorMath.ShiftAndScale(logits, -max, 1 / MathF.Max(temperature, TemperatureMin));
        Softmax.Apply(logits);
        double uniform = DrawNumber.Uniform(_options.Seed, _position);
        bool isCut = _options.TopP < 1 || (_options.TopK > 0 && _options.TopK < logits.Length);
        return isCut ? Pick(SelectCandidates(logits, scratch), uniform) : Pick(logits, uniform);
    }

    /// <summary>The tokens that top-k and the nucleus leave, in an order that depends on the probabilities only.
    /// </summary>
    private ReadOnlySpan<Candidate> SelectCandidates(ReadOnlySpan<float> probabilities, SamplingScratch scratch)
    {
        if (_options.TopK == 0) return scratch.Ranking.SelectMass(probabilities, _options.TopP);

        Span<Candidate> kept = scratch.Ranking.SelectCount(probabilities, _options.TopK);
        if (_options.TopP >= 1) return kept;
        kept.Sort();
        double total = 0;
        foreach (Candidate candidate in kept) total += candidate.Probability;
        double sum = 0;
        int count = 0;
        while (count < kept.Length && sum < _options.TopP * total) sum += kept[count++].Probability;
        return kept[..count];
    }

    private static int Pick(ReadOnlySpan<float> probabilities, double uniform)
    {
        // Sums of blocks first, so that only one block is walked token by token.
        Span<float> sums = stackalloc float[PickBlocksMax];
        int length = Math.Max(PickBlockMin, (probabilities.Length + PickBlocksMax - 1) / PickBlocksMax);
        int blocks = (probabilities.Length + length - 1) / length;
        double total = 0;
        for (int i = 0; i < blocks; i++)
        {
            int count = Math.Min(length, probabilities.Length - (i * length));
            sums[i] = VectorMath.Sum(probabilities.Slice(i * length, count));
            total += sums[i];
        }

        double left = uniform * total;
        int block = 0;
        while (block < blocks - 1 && left >= sums[block]) left -= sums[block++];

        int last = 0;
        for (int i = block * length; i < probabilities.Length; i++)
        {
            if (probabilities[i] == 0) continue;
            last = i;
            left -= probabilities[i];
            if (left < 0) break;
        }

        // Rounding may leave a rest after the last token that has a probability at all.
        return probabilities[last] > 0 ? last : ArgMax(probabilities);
    }

    private static int Pick(ReadOnlySpan<Candidate> candidates, double uniform)
    {
        double total = 0;
        foreach (Candidate candidate in candidates) total += candidate.Probability;
        double left = uniform * total;
        foreach (Candidate candidate in candidates)
        {
            left -= candidate.Probability;
            if (left < 0) return candidate.Token;
        }

        // Rounding may leave a rest after the last one that has a probability at all.
        int last = candidates.Length - 1;
        while (last > 0 && candidates[last].Probability == 0) last--;
        return candidates[last].Token;
    }

    private static void Check(bool isInRange, string name, string range)
    {
        if (!isInRange) throw new ArgumentException($"{name} is outside its range {range}.", name);
    }
}
