using Cremona.Training.Backward;

namespace Cremona.Training.Tests.Backward;

public class TokenDistributionTests
{
    [Fact]
    public void Top_KeepsTheLikeliest_InTheirProportions()
    {
        var top = TokenDistribution.Top([1, 5, 3, float.NegativeInfinity, 5], 3);

        top.Ids.ShouldBe([1, 2, 4]);
        double sum = 2 + Math.Exp(-2);
        top.Probabilities.ShouldBe([(float)(1 / sum), (float)(Math.Exp(-2) / sum), (float)(1 / sum)], 1e-6);
    }

    [Fact]
    public void Top_PrefersLowIds_AmongEquals() => TokenDistribution.Top([2, 2, 2, 2], 2).Ids.ShouldBe([0, 1]);

    [Fact]
    public void Top_TakesAll_WhenThereAreFewer() =>
        TokenDistribution.Top([0, 0], 32).Probabilities.ShouldBe([0.5f, 0.5f]);
}
