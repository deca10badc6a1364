using Cremona.Inference.Kernels;

namespace Cremona.Inference.KvCache;

/// <summary>Working memory of one thread: its size does not depend on the length of a sequence.</summary>
internal readonly unsafe struct AttentionWork
{
    /// <summary>Keys that are weighed at a time; whole pages.</summary>
    public const int KeysPerStep = 8 * PageLayout.TokenCount;

    public AttentionWork(ref AlignedBuffer? buffer, int queries, int dimension)
    {
        long length = (long)queries * (KeysPerStep + (2 * dimension) + 2);
        Scores = AlignedBuffer.Grow(ref buffer, length + PageHead.WideLength(dimension)).Address;
        Queries = Scores + ((long)queries * KeysPerStep);
        Sums = Queries + ((long)queries * dimension);
        Largest = Sums + ((long)queries * dimension);
        Totals = Largest + queries;
        Wide = Totals + queries;
        QueryCount = queries;
        Dimension = dimension;
        new Span<float>(Sums, queries * dimension).Clear();
        new Span<float>(Largest, queries).Fill(float.NegativeInfinity);
        new Span<float>(Totals, queries).Clear();
    }

    public int QueryCount { get; }

    public int Dimension { get; }

    /// <summary>[queries, KeysPerStep], then their weights.</summary>
    public float* Scores { get; }

    /// <summary>[queries, dimension], scaled.</summary>
    public float* Queries { get; }

    /// <summary>[queries, dimension], values by weight.</summary>
    public float* Sums { get; }

    /// <summary>[queries], the largest score so far.</summary>
    public float* Largest { get; }

    /// <summary>[queries], the sum of the weights so far.</summary>
    public float* Totals { get; }

    /// <summary>Keys or values of a page as float32.</summary>
    public float* Wide { get; }
}
