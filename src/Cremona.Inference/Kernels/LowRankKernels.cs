using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Cremona.Inference.Kernels;

/// <summary>Multiplications of single rows by the narrow factors of low-rank updates in bfloat16. An output is one
/// chain over ascending steps, as in <see cref="MatrixMultiply"/>, so results are the same to the bit; chains of
/// several rows, or of several panels, are computed beside each other, because each step of one waits for the step
/// before.</summary>
internal static unsafe class LowRankKernels<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>Panels that are computed beside each other.</summary>
    public const int PanelsAtATime = 4;

    private const int PanelWidth = WeightMatrix.PanelWidth;

    // Weights asked for in advance; the hardware's own look-ahead ends at every page.
    private const int LookAhead = 1024;

    /// <summary>output += input · panel for some panels, of one row or of several.</summary>
    /// <param name="work">Room for <see cref="PanelsAtATime"/>.</param>
    /// <param name="count">How many there are; 0 afterwards.</param>
    /// <param name="steps">Of each.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddPanels(PanelWork* work, ref int count, int steps)
    {
        if (count == 0) return;

        // The same again gives the same again, since nothing is stored before all is read.
        for (int i = count; i < PanelsAtATime; i++) work[i] = work[count - 1];
        count = 0;
        for (int column = 0; column < PanelWidth; column += TSimd.Width)
        {
            AddFour(
                work[0].Input, work[1].Input, work[2].Input, work[3].Input,
                work[0].Panel + column, work[1].Panel + column, work[2].Panel + column, work[3].Panel + column, steps,
                work[0].Output + column, work[1].Output + column, work[2].Output + column, work[3].Output + column);
        }
    }

    /// <summary>output += input · matrixᵀ for one row.</summary>
    /// <param name="input">[matrix.K]</param>
    /// <param name="matrix">[n, k]</param>
    /// <param name="output">[matrix.N]</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddRow(float* input, BrainFloatMatrix matrix, float* output)
    {
        int steps = matrix.K;
        nint panelLength = (nint)steps * PanelWidth;
        int whole = matrix.N / PanelWidth;
        ushort* panel = matrix.Panels;
        int done = 0;
        for (; done + PanelsAtATime <= whole; done += PanelsAtATime)
        {
            for (int column = 0; column < PanelWidth; column += TSimd.Width)
            {
                ushort* b = panel + column;
                float* c = output + column;
                AddFour(
                    input, input, input, input, b, b + panelLength, b + (2 * panelLength), b + (3 * panelLength), steps,
                    c, c + PanelWidth, c + (2 * PanelWidth), c + (3 * PanelWidth));
            }

            panel += PanelsAtATime * panelLength;
            output += PanelsAtATime * PanelWidth;
        }

        for (; done < whole; done++, panel += panelLength, output += PanelWidth)
            AddPanel(input, panel, steps, output);
        int rest = matrix.N % PanelWidth;
        if (rest == 0) return;
        float* edge = stackalloc float[PanelWidth];
        for (int i = 0; i < rest; i++) edge[i] = output[i];
        AddPanel(input, panel, steps, edge);
        for (int i = 0; i < rest; i++) output[i] = edge[i];
    }

    private static void AddPanel(float* input, ushort* panel, int steps, float* output)
    {
        for (int column = 0; column < PanelWidth; column += TSimd.Width)
        {
            TVector sum = TSimd.Load(output + column);
            for (int i = 0; i < steps; i++)
            {
                TVector weights = TSimd.LoadBrain(panel + column + ((nint)i * PanelWidth));
                sum = TSimd.MultiplyAdd(TSimd.Broadcast(input[i]), weights, sum);
            }

            TSimd.Store(output + column, sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddFour(
        float* a0, float* a1, float* a2, float* a3, ushort* b0, ushort* b1, ushort* b2, ushort* b3, int steps,
        float* c0, float* c1, float* c2, float* c3)
    {
        TVector s0 = TSimd.Load(c0), s1 = TSimd.Load(c1), s2 = TSimd.Load(c2), s3 = TSimd.Load(c3);
        nint at = 0;
        for (nint i = 0; i < steps; i++, at += PanelWidth)
        {
            Prefetch(b0 + at);
            Prefetch(b1 + at);
            Prefetch(b2 + at);
            Prefetch(b3 + at);
            s0 = TSimd.MultiplyAdd(TSimd.Broadcast(a0[i]), TSimd.LoadBrain(b0 + at), s0);
            s1 = TSimd.MultiplyAdd(TSimd.Broadcast(a1[i]), TSimd.LoadBrain(b1 + at), s1);
            s2 = TSimd.MultiplyAdd(TSimd.Broadcast(a2[i]), TSimd.LoadBrain(b2 + at), s2);
            s3 = TSimd.MultiplyAdd(TSimd.Broadcast(a3[i]), TSimd.LoadBrain(b3 + at), s3);
        }

        TSimd.Store(c0, s0);
        TSimd.Store(c1, s1);
        TSimd.Store(c2, s2);
        TSimd.Store(c3, s3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(ushort* address)
    {
        if (Sse.IsSupported) Sse.Prefetch0(address + LookAhead);
    }
}
