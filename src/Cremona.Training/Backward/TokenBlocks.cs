using Cremona.Inference.Kernels;

namespace Cremona.Training.Backward;

/// <summary>Splits the tokens of a batch into blocks of a fixed size, so that work and partial sums never depend on the
/// number of threads.</summary>
internal static class TokenBlocks
{
    /// <summary>Tokens per block: enough work for a task, enough tasks for a pool.</summary>
    public const int Size = 64;

    public static int Count(int tokens) => (tokens + Size - 1) / Size;

    /// <summary>Runs <paramref name="work"/>(first, end) for every block on the pool.</summary>
    public static void Run(ComputePool pool, int tokens, Action<int, int> work) =>
        pool.Run(Count(tokens), block => work(block * Size, Math.Min(tokens, (block + 1) * Size)));
}
