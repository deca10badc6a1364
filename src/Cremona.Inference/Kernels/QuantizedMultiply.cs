using System.Runtime.Intrinsics;

namespace Cremona.Inference.Kernels;

/// <summary>Multiplication of float32 rows, rounded to 8-bit integers per block of 32, by a matrix of 8-bit or 4-bit
/// weights.</summary>
/// <remarks>Sums of a block are exact integers and an output is one chain over ascending blocks (see
/// <see cref="QuantizedMultiplyReference"/>), so it depends only on its own row of a and row of the matrix: not on m, on
/// the number of threads or, where the hardware fuses, on the instruction set. Activations are finite; where a product
/// of scales leaves the range of float32 so does the output. Calls on one pool are served one after another. Allocates
/// only while its buffer grows to the largest input seen.</remarks>
public static unsafe class QuantizedMultiply
{
    // Below this much work, waking another thread takes longer than the work itself.
    private const long MultipliesPerTaskMin = 131_072;
    private const long RoundingsPerTask = 16_384;
    private const int TasksPerThread = 4;

    // Rows that stay in the second-level cache while the panels pass by.
    private const int RowBlock = 128;
    private const int TileRows = 4;

    /// <summary>c[m, b.N] = a[m, b.K] · bᵀ; with accumulate, the product is added to c.</summary>
    public static void Run(
        ComputePool pool, ReadOnlySpan<float> a, QuantizedMatrix b, Span<float> c, int m, bool accumulate = false) =>
        Run(InstructionSet.CurrentByteDot, pool, a, b, c, m, accumulate);

    internal static void Run(
        ByteDotSet set, ComputePool pool, ReadOnlySpan<float> a, QuantizedMatrix b, Span<float> c, int m,
        bool accumulate)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(m);
        ArgumentOutOfRangeException.ThrowIfLessThan(a.Length, (long)m * b.K, nameof(a));
        ArgumentOutOfRangeException.ThrowIfLessThan(c.Length, (long)m * b.N, nameof(c));
        fixed (float* pa = a, pc = c)
        {
            Run(set, pool, pa, b.K, b, pc, b.N, m, accumulate);
        }
    }

    /// <summary>Operands whose rows lie apart: rows of a are <paramref name="lda"/> floats apart, rows of c
    /// <paramref name="ldc"/>.</summary>
    internal static void Run(
        ByteDotSet set, ComputePool pool, float* a, nint lda, QuantizedMatrix b, float* c, nint ldc, int m,
        bool accumulate)
    {
        if (m == 0) return;
        switch (set)
        {
            case ByteDotSet.AvxVnni:
                Run<ByteDotAvxVnni, Vector256<int>, Vector256<float>>(pool, a, lda, b, c, ldc, m, accumulate);
                break;
            case ByteDotSet.Avx512:
                Run<ByteDotAvx512, Vector512<int>, Vector512<float>>(pool, a, lda, b, c, ldc, m, accumulate);
                break;
            case ByteDotSet.Avx2:
                Run<ByteDotAvx2, Vector256<int>, Vector256<float>>(pool, a, lda, b, c, ldc, m, accumulate);
                break;
            case ByteDotSet.Ssse3:
                Run<ByteDotSsse3, Vector128<int>, Vector128<float>>(pool, a, lda, b, c, ldc, m, accumulate);
                break;
            case ByteDotSet.Vector128:
                Run<ByteDotVector128, Vector128<int>, Vector128<float>>(pool, a, lda, b, c, ldc, m, accumulate);
                break;
            default:
                for (int i = 0; i < m; i++)
                {
                    QuantizedMultiplyReference.Run(
                        new(a + (i * lda), b.K), b, new(c + (i * ldc), b.N), 1, accumulate);
                }

                break;
        }

        GC.KeepAlive(b);
    }

    private static void Run<TDot, TInteger, TFloat>(
        ComputePool pool, float* a, nint lda, QuantizedMatrix b, float* c, nint ldc, int m, bool accumulate)
        where TDot : struct, IByteDot<TInteger, TFloat>
        where TInteger : struct
        where TFloat : struct
    {
        lock (pool.PackGate)
        {
            long bytes = (long)m * QuantizedRows.RowBytes(b.K);
            byte* room = (byte*)AlignedBuffer.Grow(ref pool.PackBuffer, bytes / sizeof(float)).Address;
            bool isNibbles = b.Format == WeightFormat.Q4;
            ByteCorrection correction =
                isNibbles ? new(QuantizedMatrix.NibbleBias, IsSplit: false) : TDot.BytesCorrection;
            QuantizedOperands job = new()
            {
                A = new QuantizedRows(room, b.K, correction),
                Source = a,
                SourceStride = lda,
                Values = b.Values,
                Scales = b.Scales,
                BlockBytes = b.BlockBytes,
                IsNibbles = isNibbles,
                C = c,
                OutputStride = ldc,
                M = m,
                N = b.N,
                Accumulate = accumulate,
            };
            Round(pool, ref job, b.K);
            Multiply<TDot, TInteger, TFloat>(pool, ref job, b.K);
        }
    }

    private static void Round(ComputePool pool, ref QuantizedOperands job, int k)
    {
        job.RowsPerTask = (int)Math.Clamp(RoundingsPerTask / k, 1, job.M);
        QuantizedOperands copy = job;
        pool.Run((job.M + job.RowsPerTask - 1) / job.RowsPerTask, &RoundRows, &copy);
    }

    private static void RoundRows(void* state, int index)
    {
        ref QuantizedOperands job = ref *(QuantizedOperands*)state;
        int end = Math.Min(job.M, (index + 1) * job.RowsPerTask);
        for (int row = index * job.RowsPerTask; row < end; row++)
        {
            job.A.Quantize(row, job.Source + (row * job.SourceStride));
        }
    }

    private static void Multiply<TDot, TInteger, TFloat>(ComputePool pool, ref QuantizedOperands job, int k)
        where TDot : struct, IByteDot<TInteger, TFloat>
        where TInteger : struct
        where TFloat : struct
    {
        int panels = PanelPacking.PanelCount(job.N);
        long work = (long)job.M * job.N * k;
        long tasks = Math.Min(pool.ThreadCount * TasksPerThread, work / MultipliesPerTaskMin);
        if (pool.ThreadCount == 1) tasks = 1;
        int count = (int)Math.Clamp(tasks, 1, (panels + 1) / 2);

        // An even number of panels, so that only the last task ends with half a tile.
        job.PanelsPerTask = ((((panels + count - 1) / count) + 1) / 2) * 2;
        QuantizedOperands copy = job;
        pool.Run(
            (panels + job.PanelsPerTask - 1) / job.PanelsPerTask, &MultiplyPanels<TDot, TInteger, TFloat>, &copy);
    }

    private static void MultiplyPanels<TDot, TInteger, TFloat>(void* state, int index)
        where TDot : struct, IByteDot<TInteger, TFloat>
        where TInteger : struct
        where TFloat : struct
    {
        ref QuantizedOperands job = ref *(QuantizedOperands*)state;
        int first = index * job.PanelsPerTask * WeightMatrix.PanelWidth;
        int end = Math.Min(job.N, first + (job.PanelsPerTask * WeightMatrix.PanelWidth));
        int step = 2 * TDot.Lanes;
        for (int row = 0; row < job.M; row += RowBlock)
        {
            int rows = Math.Min(RowBlock, job.M - row);
            for (int column = first; column < end; column += step)
            {
                MultiplyColumns<TDot, TInteger, TFloat>(in job, row, rows, column, Math.Min(step, end - column));
            }
        }
    }

    /// <summary>Two vectors of outputs for a block of rows.</summary>
    private static void MultiplyColumns<TDot, TInteger, TFloat>(
        in QuantizedOperands job, int row, int rows, int column, int valid)
        where TDot : struct, IByteDot<TInteger, TFloat>
        where TInteger : struct
        where TFloat : struct
    {
        WeightVector b = Vector(in job, column);
        WeightVector d = valid > TDot.Lanes ? Vector(in job, column + TDot.Lanes) : b;
        int columns = 2 * TDot.Lanes;
        float* edge = stackalloc float[TileRows * columns];
        int end = row + rows;
        while (row < end)
        {
            int count = end - row >= TileRows ? TileRows : 1;
            float* target = job.C + (row * job.OutputStride) + column;
            float* output = valid == columns ? target : edge;
            nint ldc = valid == columns ? job.OutputStride : columns;
            if (!job.Accumulate) ClearRows(output, ldc, count, columns);
            else if (output == edge) CopyRows(target, job.OutputStride, edge, columns, count, valid);
            Tile<TDot, TInteger, TFloat>(in job, row, count, b, d, output, ldc);
            if (output == edge) CopyRows(edge, columns, target, job.OutputStride, count, valid);
            row += count;
        }
    }

    private static void Tile<TDot, TInteger, TFloat>(
        in QuantizedOperands job, int row, int count, WeightVector b, WeightVector d, float* c, nint ldc)
        where TDot : struct, IByteDot<TInteger, TFloat>
        where TInteger : struct
        where TFloat : struct
    {
        if (count == 1)
        {
            if (job.IsNibbles) QuantizedTiles<TDot, TInteger, TFloat>.Nibbles1(in job.A, row, b, d, c);
            else QuantizedTiles<TDot, TInteger, TFloat>.Bytes1(in job.A, row, b, d, c);
            return;
        }

        if (job.IsNibbles) QuantizedTiles<TDot, TInteger, TFloat>.Nibbles4(in job.A, row, b, d, c, ldc);
        else QuantizedTiles<TDot, TInteger, TFloat>.Bytes4(in job.A, row, b, d, c, ldc);
    }

    /// <summary>The vector of outputs that begins at this column.</summary>
    private static WeightVector Vector(in QuantizedOperands job, int column)
    {
        long block = (long)(column / WeightMatrix.PanelWidth) * job.A.BlockCount;
        int lane = column % WeightMatrix.PanelWidth;
        return new WeightVector(
            job.Values + (block * job.BlockBytes) + (lane * QuantizedMatrix.GroupSize),
            job.Scales + (block * WeightMatrix.PanelWidth) + lane);
    }

    private static void ClearRows(float* rows, nint stride, int count, int columns)
    {
        for (int i = 0; i < count; i++, rows += stride) new Span<float>(rows, columns).Clear();
    }

    private static void CopyRows(float* from, nint fromStride, float* to, nint toStride, int rows, int columns)
    {
        for (int i = 0; i < rows; i++, from += fromStride, to += toStride)
        {
            new ReadOnlySpan<float>(from, columns).CopyTo(new Span<float>(to, columns));
        }
    }
}
