using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Cremona.Inference.Kernels;

/// <summary>Rotary position embedding in the half-split form of Hugging Face: element i of a head turns with element
/// i + headDimension / 2. Su et al., 2021.</summary>
public static unsafe class Rope
{
    /// <summary>Turns the heads of several tokens in place.</summary>
    /// <param name="heads">[tokens, headCount, headDimension]</param>
    /// <param name="headCount">Heads of a token.</param>
    /// <param name="positions">[tokens], each below the table's <see cref="RotaryTable.PositionCount"/>.</param>
    /// <param name="table">Angles of the model.</param>
    public static void Apply(Span<float> heads, int headCount, ReadOnlySpan<int> positions, RotaryTable table) =>
        Apply(InstructionSet.Current, heads, headCount, positions, table);

    internal static void Apply(
        SimdLevel level, Span<float> heads, int headCount, ReadOnlySpan<int> positions, RotaryTable table)
    {
        int size = headCount * 2 * table.HalfDimension;
        ArgumentOutOfRangeException.ThrowIfLessThan(heads.Length, positions.Length * size, nameof(heads));
        for (int i = 0; i < positions.Length; i++)
        {
            Turn(level, heads.Slice(i * size, size), table.Cosines(positions[i]), table.Sines(positions[i]));
        }
    }

    private static void Turn(SimdLevel level, Span<float> heads, ReadOnlySpan<float> cosines, ReadOnlySpan<float> sines)
    {
        if (level == SimdLevel.Scalar)
        {
            RopeReference.Turn(heads, cosines, sines);
            return;
        }

        int half = cosines.Length;
        fixed (float* x = heads, c = cosines, s = sines)
        {
            for (float* head = x; head < x + heads.Length; head += 2 * half)
            {
                if (level == SimdLevel.Avx512) Turn<Simd512, Vector512<float>>(head, c, s, half);
                else if (level == SimdLevel.Avx2) Turn<Simd256, Vector256<float>>(head, c, s, half);
                else Turn<Simd128, Vector128<float>>(head, c, s, half);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Turn<TSimd, TVector>(float* head, float* cosines, float* sines, int half)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int i = 0;
        for (; i + TSimd.Width <= half; i += TSimd.Width)
        {
            TVector x = TSimd.Load(head + i);
            TVector y = TSimd.Load(head + half + i);
            TVector cosine = TSimd.Load(cosines + i);
            TVector sine = TSimd.Load(sines + i);
            TSimd.Store(head + i, TSimd.Subtract(TSimd.Multiply(x, cosine), TSimd.Multiply(y, sine)));
            TSimd.Store(head + half + i, TSimd.MultiplyAdd(x, sine, TSimd.Multiply(y, cosine)));
        }

        for (; i < half; i++)
        {
            (float x, float y) = (head[i], head[half + i]);
            head[i] = (x * cosines[i]) - (y * sines[i]);
            head[half + i] = (x * sines[i]) + (y * cosines[i]);
        }
    }
}
