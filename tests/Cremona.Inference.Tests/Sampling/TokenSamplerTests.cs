using Cremona.Inference.Sampling;

namespace Cremona.Inference.Tests.Sampling;

public class TokenSamplerTests
{
    private const int Draws = 40_000;

    [Fact]
    public void Draw_TakesTheFirstOfTheLargest_WhenGreedy() =>
        new TokenSampler(new SamplingOptions { Temperature = 0 }).Draw([1, 3, 3, 2], new SamplingScratch()).ShouldBe(1);

    [Fact]
    public void Draw_FollowsTheProbabilities()
    {
        double[] shares = Shares(new SamplingOptions { Seed = 1 }, [0.5, 0.3, 0.15, 0.05]);
        ShouldBeNear(shares, [0.5, 0.3, 0.15, 0.05]);
    }

    [Fact]
    public void Draw_SharpensTheProbabilities_WhenTheTemperatureIsLow()
    {
        // Squared and normalised: 0.25, 0.09, 0.0225, 0.0025 of 0.365.
        double[] shares = Shares(new SamplingOptions { Temperature = 0.5f, Seed = 2 }, [0.5, 0.3, 0.15, 0.05]);
        ShouldBeNear(shares, [0.685, 0.247, 0.062, 0.007]);
    }

    [Fact]
    public void Draw_KeepsTheSmallestNucleus_WhenTopPIsSet()
    {
        // 0.5 + 0.3 reaches 0.75, 0.5 alone does not.
        double[] shares = Shares(new SamplingOptions { TopP = 0.75f, Seed = 3 }, [0.05, 0.3, 0.15, 0.5]);
        ShouldBeNear(shares, [0, 0.375, 0, 0.625]);
    }

    [Fact]
    public void Draw_KeepsTheMostLikely_WhenTopKIsSet()
    {
        double[] shares = Shares(new SamplingOptions { TopK = 3, Seed = 4 }, [0.4, 0.1, 0.2, 0.3]);
        ShouldBeNear(shares, [0.444, 0, 0.222, 0.333]);
    }

    [Fact]
    public void Draw_AppliesTheNucleusToWhatTopKLeft()
    {
        // Of 0.4, 0.3 and 0.2 the first two are 78 percent.
        double[] shares = Shares(new SamplingOptions { TopK = 3, TopP = 0.75f, Seed = 5 }, [0.4, 0.1, 0.2, 0.3]);
        ShouldBeNear(shares, [0.571, 0, 0, 0.429]);
    }

    [Theory]
    [InlineData(1e-6f)]
    [InlineData(float.Epsilon)]
    public void Draw_TakesTheLargest_WhenTheNucleusIsTiny(float topP)
    {
        double[] shares = Shares(new SamplingOptions { TopP = topP, Seed = 6 }, [0.3, 0.4, 0.3]);
        shares.ShouldBe([0, 1, 0]);
    }

    [Fact]
    public void Draw_SubtractsThePenaltiesOfEarlierTokens()
    {
        var sampler = new TokenSampler(new SamplingOptions
        {
            Temperature = 0,
            PresencePenalty = 0.5f,
            FrequencyPenalty = 0.25f,
        });
        var scratch = new SamplingScratch();
        int[] drawn = [.. Enumerable.Range(0, 6).Select(_ => sampler.Draw([2f, 1.1f, 0f], scratch))];

        // Token 0 falls to 1.25, then 1.0; token 1 falls from 1.1 to 0.35; token 0 goes on to 0.75, 0.5 and 0.25.
        drawn.ShouldBe([0, 0, 1, 0, 0, 0]);
    }

    [Fact]
    public void Draw_NeverTakesAnImpossibleToken()
    {
        var sampler = new TokenSampler(new SamplingOptions { Temperature = 2, Seed = 7 });
        var scratch = new SamplingScratch();
        for (int i = 0; i < 200; i++)
        {
            sampler.Draw([float.NegativeInfinity, -1e30f, float.NegativeInfinity], scratch).ShouldBe(1);
        }
    }

    [Fact]
    public void Top_GivesTheBestFirst_EqualsById()
    {
        LogProbabilities.Top([1, 4, 2, 4, 3], 0, 4).Select(item => item.Id).ShouldBe([1, 3, 4, 2]);
        LogProbabilities.Top([1, 2], 0, 9).Count.ShouldBe(2);
        LogProbabilities.Top([1, 2], 0, 0).ShouldBeEmpty();
    }

    [Fact]
    public void Uniform_IsEvenAndDependsOnSeedAndPositionOnly()
    {
        DrawNumber.Uniform(5, 7).ShouldBe(DrawNumber.Uniform(5, 7));
        DrawNumber.Uniform(5, 8).ShouldNotBe(DrawNumber.Uniform(5, 7));
        DrawNumber.Uniform(6, 7).ShouldNotBe(DrawNumber.Uniform(5, 7));
        var counts = new int[10];
        for (int i = 0; i < Draws; i++) counts[(int)(10 * DrawNumber.Uniform((ulong)(i % 200), i / 200))]++;
        counts.ShouldAllBe(count => Math.Abs(count - (Draws / 10)) < 300);
    }

    private static double[] Shares(SamplingOptions options, double[] probabilities)
    {
        var sampler = new TokenSampler(options);
        var scratch = new SamplingScratch();
        var counts = new int[probabilities.Length];
        var logits = new float[probabilities.Length];
        for (int i = 0; i < Draws; i++)
        {
            for (int j = 0; j < logits.Length; j++) logits[j] = (float)Math.Log(probabilities[j]);
            counts[sampler.Draw(logits, scratch)]++;
        }

        return [.. counts.Select(count => count / (double)Draws)];
    }

    private static void ShouldBeNear(double[] shares, double[] expected)
    {
        // Four standard deviations of a share are at most 0.01.
        for (int i = 0; i < shares.Length; i++) shares[i].ShouldBe(expected[i], expected[i] == 0 ? 0 : 0.01);
    }
}
