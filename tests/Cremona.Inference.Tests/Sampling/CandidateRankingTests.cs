using Cremona.Inference.Sampling;
using Cremona.Inference.Tests.Kernels;
using CsCheck;

namespace Cremona.Inference.Tests.Sampling;

public class CandidateRankingTests
{
    [Fact]
    public void SelectCount_TakesTheSameTokensAsASort_ForAnyDistribution()
    {
        var ranking = new CandidateRanking();
        Gen.Select(Gen.Int[1, 300], Gen.Int[1, 320], Gen.ULong).Sample(
            (length, count, seed) =>
            {
                float[] probabilities = Probabilities(length, seed);
                Candidate[] expected = [.. Sorted(probabilities).Take(count)];
                ranking.SelectCount(probabilities, count).ToArray().ShouldBe(expected, ignoreOrder: true);
            },
            iter: 300, threads: 1);
    }

    [Fact]
    public void SelectMass_TakesTheSmallestPrefixOfASort_ForAnyDistribution()
    {
        var ranking = new CandidateRanking();
        Gen.Select(Gen.Int[1, 300], Gen.Double[0.001, 1], Gen.ULong).Sample(
            (length, mass, seed) =>
            {
                float[] probabilities = Probabilities(length, seed);
                Candidate[] sorted = Sorted(probabilities);
                int[] taken = [.. ranking.SelectMass(probabilities, mass).ToArray().Select(item => item.Token)];

                // The same tokens as a sorted prefix, whose mass is enough and would not be with one less; sums in
                // another order differ in their last bits.
                taken.ShouldBe(sorted.Take(taken.Length).Select(item => item.Token), ignoreOrder: true);
                double sum = sorted.Take(taken.Length).Sum(item => (double)item.Probability);
                if (taken.Length < length) sum.ShouldBeGreaterThan(mass - 1e-9);
                (sum - sorted[taken.Length - 1].Probability).ShouldBeLessThan(mass + 1e-9);
            },
            iter: 300, threads: 1);
    }

    private static Candidate[] Sorted(float[] probabilities) =>
        [.. probabilities.Select((probability, token) => new Candidate(token, probability)).Order()];

    /// <summary>Flat, steep or with ties and zeros, by the seed.</summary>
    private static float[] Probabilities(int length, ulong seed)
    {
        var numbers = new TestNumbers(seed);
        int kind = numbers.Next(4);
        float[] weights = [.. Enumerable.Range(0, length).Select(_ => kind switch
        {
            0 => 1 + (0.1f * numbers.NextFloat()),
            1 => MathF.Exp(20 * numbers.NextFloat()),
            2 => numbers.Next(3),
            _ => 1f,
        })];
        weights[numbers.Next(length)] += 1;
        float sum = weights.Sum();
        return [.. weights.Select(weight => weight / sum)];
    }
}
