using Cremona.Training.FineTuning;

namespace Cremona.Training.Tests.FineTuning;

public class RowOrderTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(10, 5)]
    [InlineData(4, 100)]
    public void RowsOf_GivesEachRowOnceAnEpoch(int rowCount, int batchSize)
    {
        var order = new RowOrder(rowCount, batchSize, epochCount: 3, seed: 5);
        order.StepCount.ShouldBe(3 * order.StepsPerEpoch);
        for (int epoch = 0; epoch < 3; epoch++)
        {
            int first = (epoch * order.StepsPerEpoch) + 1;
            Enumerable.Range(first, order.StepsPerEpoch).SelectMany(order.RowsOf).Order()
                .ShouldBe(Enumerable.Range(0, rowCount));
            order.EndsEpoch(first + order.StepsPerEpoch - 1).ShouldBeTrue();
        }
    }

    [Fact]
    public void RowsOf_DiffersByEpochAndSeed()
    {
        var order = new RowOrder(50, 50, epochCount: 2, seed: 5);
        order.RowsOf(1).ShouldNotBe(order.RowsOf(2));
        order.RowsOf(1).ShouldNotBe(new RowOrder(50, 50, 2, seed: 6).RowsOf(1));
        order.RowsOf(1).ShouldBe(new RowOrder(50, 50, 2, seed: 5).RowsOf(1));
    }
}
