using System.Diagnostics;
using System.Numerics;
using Cremona.Inference.Kernels;

namespace Cremona.Cli.Benchmarks;

/// <summary>How fast the machine reads memory: the bound of generating one sequence.</summary>
internal static class ReadBandwidth
{
    private const int BufferBytes = 512 << 20;
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

    private static long Sum(ReadOnlySpan<long> values)
    {
        Vector<long> a = Vector<long>.Zero, b = a, c = a, d = a;
        int width = Vector<long>.Count;
        for (int i = 0; i + (4 * width) <= values.Length; i += 4 * width)
        {
            a += new Vector<long>(values[i..]);
            b += new Vector<long>(values[(i + width)..]);
            c += new Vector<long>(values[(i + (2 * width))..]);
            d += new Vector<long>(values[(i + (3 * width))..]);
        }

        return Vector.Sum(a + b + c + d);
    }
}
