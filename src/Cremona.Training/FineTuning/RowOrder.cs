using Cremona.Training.Backward;

namespace Cremona.Training.FineTuning;

/// <summary>The rows of each step, as a pure function of seed and step: there is no order to keep in a
/// checkpoint.</summary>
/// <param name="rowCount">Rows of an epoch.</param>
/// <param name="batchSize">Rows of a step; the last step of an epoch may have fewer.</param>
/// <param name="epochCount">Passes over the rows.</param>
/// <param name="seed">Shuffles each epoch differently.</param>
internal sealed class RowOrder(int rowCount, int batchSize, int epochCount, ulong seed)
{
    // Keeps these numbers apart from those that initialise adapters with the same seed.
    private const ulong ShuffleStream = 0x5348_5546_464C_4500;

    public int StepsPerEpoch { get; } = (rowCount + batchSize - 1) / batchSize;

    public int StepCount => checked(StepsPerEpoch * epochCount);

    /// <summary>Indices of the rows of a step, 1 to <see cref="StepCount"/>.</summary>
    public int[] RowsOf(int step)
    {
        int epoch = (step - 1) / StepsPerEpoch;
        int first = (step - 1) % StepsPerEpoch * batchSize;
        return Shuffle(epoch)[first..Math.Min(first + batchSize, rowCount)];
    }

    public bool EndsEpoch(int step) => step % StepsPerEpoch == 0;

    // Fisher and Yates' shuffle.
    private int[] Shuffle(int epoch)
    {
        int[] order = [.. Enumerable.Range(0, rowCount)];
        for (int last = rowCount - 1; last > 0; last--)
        {
            double uniform = CounterRandom.Uniform(seed, ShuffleStream + (ulong)epoch, (ulong)last);
            int other = (int)(uniform * (last + 1));
            (order[last], order[other]) = (order[other], order[last]);
        }

        return order;
    }
}
