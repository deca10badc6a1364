using Cremona.Inference.Kernels;

namespace Cremona.Inference.Sampling;

/// <summary>Draws the tokens of one sequence: penalties, then temperature, then the k most likely, then the nucleus.
/// Ties go to the smaller id. Not thread-safe.</summary>
public sealed class TokenSampler
{
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
    public int Draw(Span<float> logits, SamplingScratch scratch)
    {
        ApplyPenalties(logits);
        int token = _options.Temperature == 0 || _options.TopK == 1 ? ArgMax(logits) : DrawRandomly(logits, scratch);
        _position++;
        if (_options.PresencePenalty != 0 || _options.FrequencyPenalty != 0)
        {
            _counts[token] = _counts.GetValueOrDefault(token) + 1;
        }

        return token;
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

    private int DrawRandomly(Span<float> logits, SamplingScratch scratch)
    {
        // Shifted before the division, so that a small temperature cannot overflow.
        float max = logits[ArgMax(logits)];
        float factor = 1 / MathF.Max(_options.Temperature, 1e-4f);
        for (int i = 0; i < logits.Length; i++) logits[i] = (logits[i] - max) * factor;
        Softmax.Apply(logits);
        double uniform = DrawNumber.Uniform(_options.Seed, _position);
        if (_options.TopP >= 1 && (_options.TopK == 0 || _options.TopK >= logits.Length))
        {
            return Pick(logits, uniform);
        }

        ReadOnlySpan<Candidate> candidates = SelectCandidates(logits, scratch);
        return Pick(candidates, uniform);
    }

    /// <summary>The tokens that top-k and the nucleus leave, the most likely first.</summary>
    private ReadOnlySpan<Candidate> SelectCandidates(ReadOnlySpan<float> probabilities, SamplingScratch scratch)
    {
        // Tokens less likely than this sum to less than what the nucleus leaves out, so they cannot be in it.
        float bound = (1 - _options.TopP) / probabilities.Length;
        Span<Candidate> all = scratch.Candidates(probabilities.Length);
        int count = 0;
        for (int i = 0; i < probabilities.Length; i++)
        {
            if (probabilities[i] >= bound) all[count++] = new(i, probabilities[i]);
        }

        all = all[..count];
        all.Sort();
        if (_options.TopK > 0 && _options.TopK < count) all = all[.._options.TopK];

        double total = 0;
        foreach (Candidate candidate in all) total += candidate.Probability;
        double wanted = _options.TopP * (_options.TopK > 0 ? total : 1);
        double sum = 0;
        for (int i = 0; i < all.Length; i++)
        {
            sum += all[i].Probability;
            if (sum >= wanted) return all[..(i + 1)];
        }

        return all;
    }

    private static int Pick(ReadOnlySpan<float> probabilities, double uniform)
    {
        double total = 0;
        foreach (float probability in probabilities) total += probability;
        double target = uniform * total;
        double sum = 0;
        int last = 0;
        for (int i = 0; i < probabilities.Length; i++)
        {
            if (probabilities[i] == 0) continue;
            last = i;
            sum += probabilities[i];
            if (sum > target) break;
        }

        return last;
    }

    private static int Pick(ReadOnlySpan<Candidate> candidates, double uniform)
    {
        double total = 0;
        foreach (Candidate candidate in candidates) total += candidate.Probability;
        double target = uniform * total;
        double sum = 0;
        foreach (Candidate candidate in candidates)
        {
            sum += candidate.Probability;
            if (sum > target) return candidate.Token;
        }

        return candidates[^1].Token;
    }

    private static void Check(bool isInRange, string name, string range)
    {
        if (!isInRange) throw new ArgumentException($"{name} is outside its range {range}.", name);
    }
}
