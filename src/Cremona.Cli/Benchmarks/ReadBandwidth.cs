using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Cremona.Inference.Kernels;

namespace Cremona.Cli.Benchmarks;

/// <summary>How fast the machine reads memory: the bound of generating one sequence.</summary>
internal static class ReadBandwidth
{
    // Far beyond the caches of today's servers.
    private const int BufferBytes = 1 << 30;
    private const int Rounds = 7;

    /// <returns>Bytes per second on this many threads, the best of several rounds.</returns>
    public static double Measure(int threads)
    {
        long[] buffer = new long[BufferBytes / sizeof(long)];
        buffer.AsSpan().Fill(1);
        long[] sums = new long[threads];
        int length = buffer.Length / threads;
        using var pool = new ComputePool(threads);
        double best = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            pool.Run(threads, part => sums[part] = Sum(buffer.AsSpan(part * length, length)));
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        GC.KeepAlive(sums);
        return BufferBytes / best;
    }

    // Compiled at once and well: a first, slow form would be measured otherwise.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Sum(ReadOnlySpan<long> values)
    {
        Vector512<long> a = Vector512<long>.Zero, b = a, c = a, d = a;
        ReadOnlySpan<Vector512<long>> vectors = MemoryMarshal.Cast<long, Vector512<long>>(values);
        for (int i = 3; i < vectors.Length; i += 4)
        {
            a += vectors[i - 3];
            b += vectors[i - 2];
            c += vectors[i - 1];
            d += vectors[i];
        }

        return Vector512.Sum(a + b + c + d);
    }
}
