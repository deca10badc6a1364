using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Cremona.Inference.Kernels;

namespace Cremona.Cli.Benchmarks;

/// <summary>How fast the threads read the same bytes over and over, which bounds the generation of one sequence: each
/// reads a range of its own from end to end, asking ahead as the kernels do. A range beyond all caches gives the rate
/// of memory; one as long as a model's weights gives what generating with them could reach at best, caches
/// included.</summary>
internal sealed unsafe class ReadBandwidth
{
    private const int StepBytes = 256;

    // As in the kernels; the hardware's own look-ahead ends at every page.
    private const int LookAheadBytes = 2048;
    private const int Passes = 5;
    private const int CacheLine = 64;

    // Where the size of the caches cannot be found out.
    private const long CacheBytesDefault = 64L << 20;

    private readonly ComputePool _pool;
    private readonly AlignedBuffer[] _ranges; // one of each thread
    private readonly long[] _sums;
    private readonly long _rangeBytes;
    private double _bestSeconds = double.MaxValue;

    /// <param name="pool">Its threads read.</param>
    /// <param name="bytes">Of all ranges together.</param>
    public ReadBandwidth(ComputePool pool, long bytes)
    {
        _pool = pool;
        _rangeBytes = Math.Max(1, bytes / pool.ThreadCount / StepBytes) * StepBytes;
        _sums = new long[pool.ThreadCount * (CacheLine / sizeof(long))];

        // Written, since pages that never were are read from one page of zeros.
        _ranges = [.. Enumerable.Range(0, pool.ThreadCount)
            .Select(_ => new AlignedBuffer((_rangeBytes + LookAheadBytes) / sizeof(float)))];
        pool.Run(pool.ThreadCount, index => _ranges[index].Span.Fill(1));
        Pass();
    }

    /// <summary>Of all ranges together.</summary>
    public long SizeBytes => _rangeBytes * _ranges.Length;

    /// <summary>The best of all passes so far; others on the machine can only make one slower.</summary>
    public double BytesPerSecond => SizeBytes / _bestSeconds;

    /// <summary>Four times the largest cache, or what a quarter of the memory holds.</summary>
    public static long BeyondCachesBytes
    {
        get
        {
            long memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
            return Math.Min(memory / 4, Math.Max(1L << 30, 4 * LargestCacheBytes()));
        }
    }

    /// <summary>Reads all ranges several times.</summary>
    public void Measure()
    {
        for (int pass = 0; pass < Passes; pass++)
        {
            long start = Stopwatch.GetTimestamp();
            Pass();
            _bestSeconds = Math.Min(_bestSeconds, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
    }

    private void Pass() => _pool.Run(
        _ranges.Length,
        index => _sums[index * (CacheLine / sizeof(long))] = Sum((byte*)_ranges[index].Address, _rangeBytes));

    // Compiled at once and well: a first, slow form would be measured otherwise.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Sum(byte* source, long length)
    {
        Vector512<long> a = Vector512<long>.Zero, b = a, c = a, d = a;
        for (byte* end = source + length; source < end; source += StepBytes)
        {
            if (Sse.IsSupported)
            {
                Sse.Prefetch0(source + LookAheadBytes);
                Sse.Prefetch0(source + LookAheadBytes + CacheLine);
                Sse.Prefetch0(source + LookAheadBytes + (2 * CacheLine));
                Sse.Prefetch0(source + LookAheadBytes + (3 * CacheLine));
            }

            a += Vector512.Load((long*)source);
            b += Vector512.Load((long*)(source + CacheLine));
            c += Vector512.Load((long*)(source + (2 * CacheLine)));
            d += Vector512.Load((long*)(source + (3 * CacheLine)));
        }

        return Vector512.Sum(a + b + c + d);
    }

    private static long LargestCacheBytes()
    {
        const string folder = "/sys/devices/system/cpu/cpu0/cache";
        if (!Directory.Exists(folder)) return CacheBytesDefault;
        return Directory.EnumerateDirectories(folder, "index*")
            .Select(index => Path.Combine(index, "size"))
            .Where(File.Exists)
            .Select(file => ParseSize(File.ReadAllText(file)))
            .Append(0)
            .Max() is > 0 and long bytes ? bytes : CacheBytesDefault;
    }

    // As the kernel of Linux writes it: 2048K.
    private static long ParseSize(string text)
    {
        string size = text.Trim();
        int shift = size.EndsWith('K') ? 10 : size.EndsWith('M') ? 20 : 0;
        return long.TryParse(size.TrimEnd('K', 'M'), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number << shift
            : 0;
    }
}
