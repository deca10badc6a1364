using System.Runtime.Intrinsics;

namespace Cremona.Inference.Kernels;

/// <summary>Float32 matrix multiplication, row-major.</summary>
/// <remarks>Every output is one chain of fused multiply-adds over ascending k (see
/// <see cref="MatrixMultiplyReference"/>). It therefore depends only on its own row of a and column of b: not on m, on
/// its place in the matrix, on the number of threads or, where the hardware fuses, on the instruction set. Operands
/// must not overlap the output. Calls on one pool are served one after another. Allocates only while its buffers, one
/// packed right operand per pool, grow to the largest shape seen.</remarks>
public static unsafe class MatrixMultiply
{
    // Elements one task packs.
    private const long PackTaskElements = 65_536;

    /// <summary>c[m, n] = a[m, k] · b[n, k]ᵀ; with accumulate, the product is added to c.</summary>
    public static void NT(
        ComputePool pool, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int m, int n, int k,
        bool accumulate = false) =>
        Run(InstructionSet.Current, MatrixForm.NT, pool, a, b, c, m, n, k, accumulate);

    /// <summary>c[m, n] = a[m, k] · b[k, n]; with accumulate, the product is added to c.</summary>
    public static void NN(
        ComputePool pool, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int m, int n, int k,
        bool accumulate = false) =>
        Run(InstructionSet.Current, MatrixForm.NN, pool, a, b, c, m, n, k, accumulate);

    /// <summary>c[m, n] = a[k, m]ᵀ · b[k, n]; with accumulate, the product is added to c.</summary>
    public static void TN(
        ComputePool pool, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int m, int n, int k,
        bool accumulate = false) =>
        Run(InstructionSet.Current, MatrixForm.TN, pool, a, b, c, m, n, k, accumulate);

    /// <summary>c[m, b.N] = a[m, b.K] · bᵀ; with accumulate, the product is added to c.</summary>
    public static void Packed(
        ComputePool pool, ReadOnlySpan<float> a, PackedMatrix b, Span<float> c, int m, bool accumulate = false) =>
        Packed(InstructionSet.Current, pool, a, b, c, m, accumulate);

    internal static void Packed(
        SimdLevel level, ComputePool pool, ReadOnlySpan<float> a, PackedMatrix b, Span<float> c, int m, bool accumulate)
    {
        CheckSizes(a.Length, (long)b.N * b.K, c.Length, m, b.N, b.K);
        fixed (float* pa = a, pc = c)
        {
            Packed(level, pool, pa, b.K, b, pc, b.N, m, accumulate);
        }
    }

    /// <summary>Packed operands whose rows lie apart: rows of a are <paramref name="lda"/> floats apart, rows of c
    /// <paramref name="ldc"/>.</summary>
    internal static void Packed(
        SimdLevel level, ComputePool pool, float* a, nint lda, PackedMatrix b, float* c, nint ldc, int m,
        bool accumulate) =>
        Packed(level, pool, a, lda, b, b.Panels, null, c, ldc, m, accumulate);

    /// <summary>As above, with weights in bfloat16.</summary>
    internal static void Packed(
        SimdLevel level, ComputePool pool, float* a, nint lda, BrainFloatMatrix b, float* c, nint ldc, int m,
        bool accumulate) =>
        Packed(level, pool, a, lda, b, null, b.Panels, c, ldc, m, accumulate);

    private static void Packed(
        SimdLevel level, ComputePool pool, float* a, nint lda, WeightMatrix b, float* panels, ushort* brainPanels,
        float* c, nint ldc, int m, bool accumulate)
    {
        if (m == 0) return;
        if (level == SimdLevel.Scalar)
        {
            for (int i = 0; i < m; i++, a += lda, c += ldc)
            {
                MatrixMultiplyReference.Packed(new(a, b.K), b, new(c, b.N), 1, accumulate);
            }

            return;
        }

        MatrixOperands operands = new()
        {
            A = a,
            RowStride = lda,
            Stride = 1,
            Panels = panels,
            BrainPanels = brainPanels,
            C = c,
            OutputStride = ldc,
            M = m,
            N = b.N,
            K = b.K,
            Accumulate = accumulate,
        };
        Multiply(level, pool, in operands);
        GC.KeepAlive(b);
    }

    internal static void Run(
        SimdLevel level, MatrixForm form, ComputePool pool, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c,
        int m, int n, int k, bool accumulate)
    {
        CheckSizes(a.Length, b.Length, c.Length, m, n, k);
        if (m == 0 || n == 0) return;
        if (level == SimdLevel.Scalar)
        {
            RunReference(form, a, b, c, m, n, k, accumulate);
            return;
        }

        fixed (float* pa = a, pb = b, pc = c)
        {
            bool isLeftTransposed = form == MatrixForm.TN;
            lock (pool.PackGate)
            {
                float* panels = AlignedBuffer.Grow(ref pool.PackBuffer, PanelPacking.Length(n, k)).Address;
                Pack(pool, form, pb, n, k, panels);
                MatrixOperands operands = new()
                {
                    A = pa,
                    RowStride = isLeftTransposed ? 1 : k,
                    Stride = isLeftTransposed ? m : 1,
                    IsLeftTransposed = isLeftTransposed,
                    Panels = panels,
                    C = pc,
                    OutputStride = n,
                    M = m,
                    N = n,
                    K = k,
                    Accumulate = accumulate,
                };
                Multiply(level, pool, in operands);
            }
        }
    }

    private static void Multiply(SimdLevel level, ComputePool pool, in MatrixOperands operands)
    {
        switch (level)
        {
            case SimdLevel.Avx512:
                MatrixMultiplyBlocks<Simd512, Vector512<float>>.Run(pool, in operands);
                break;
            case SimdLevel.Avx2:
                MatrixMultiplyBlocks<Simd256, Vector256<float>>.Run(pool, in operands);
                break;
            default:
                MatrixMultiplyBlocks<Simd128, Vector128<float>>.Run(pool, in operands);
                break;
        }
    }

    private static void RunReference(
        MatrixForm form, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int m, int n, int k,
        bool accumulate)
    {
        switch (form)
        {
            case MatrixForm.NT:
                MatrixMultiplyReference.NT(a, b, c, m, n, k, accumulate);
                break;
            case MatrixForm.NN:
                MatrixMultiplyReference.NN(a, b, c, m, n, k, accumulate);
                break;
            default:
                MatrixMultiplyReference.TN(a, b, c, m, n, k, accumulate);
                break;
        }
    }

    private static void Pack(ComputePool pool, MatrixForm form, float* b, int n, int k, float* panels)
    {
        int panelCount = PanelPacking.PanelCount(n);
        PackJob job = new()
        {
            B = b,
            N = n,
            K = k,
            Panels = panels,
            AreRowsPacked = form == MatrixForm.NT,
            PanelsPerTask = (int)Math.Clamp(PackTaskElements / (16L * Math.Max(k, 1)), 1, panelCount),
        };
        pool.Run((panelCount + job.PanelsPerTask - 1) / job.PanelsPerTask, &RunPackTask, &job);
    }

    private static void RunPackTask(void* state, int index)
    {
        ref PackJob job = ref *(PackJob*)state;
        int first = index * job.PanelsPerTask;
        int end = Math.Min(first + job.PanelsPerTask, PanelPacking.PanelCount(job.N));
        for (int panel = first; panel < end; panel++)
        {
            if (job.AreRowsPacked) PanelPacking.PackRows(job.B, job.N, job.K, panel, job.Panels);
            else PanelPacking.PackColumns(job.B, job.N, job.K, panel, job.Panels);
        }
    }

    private static void CheckSizes(int a, long b, int c, int m, int n, int k)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(m);
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        ArgumentOutOfRangeException.ThrowIfLessThan(a, (long)m * k, nameof(a));
        ArgumentOutOfRangeException.ThrowIfLessThan(b, (long)n * k, nameof(b));
        ArgumentOutOfRangeException.ThrowIfLessThan(c, (long)m * n, nameof(c));
    }

    private struct PackJob
    {
        public float* B;
        public float* Panels;
        public int N;
        public int K;
        public int PanelsPerTask;
        public bool AreRowsPacked;
    }
}
