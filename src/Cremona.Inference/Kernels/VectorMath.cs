using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Cremona.Inference.Kernels;

/// <summary>Elementary functions and sums over vectors of floats.</summary>
public static unsafe class VectorMath
{
    /// <summary>result[i] = e^values[i], within 2 units in the last place of the correctly rounded value, denormal
    /// results within one denormal step. Infinite from 88.73 on, 0 below -104. May work in place.</summary>
    public static void Exp(ReadOnlySpan<float> values, Span<float> result) =>
        Exp(InstructionSet.Current, values, result);

    /// <summary>log(sum of e^values), without overflow. At least one value.</summary>
    public static float LogSumExp(ReadOnlySpan<float> values) => LogSumExp(InstructionSet.Current, values);

    /// <summary>sum[i] += addend[i]</summary>
    public static void Add(ReadOnlySpan<float> addend, Span<float> sum)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(addend.Length, sum.Length, nameof(addend));
        int i = 0;
        for (; i + Vector256<float>.Count <= sum.Length; i += Vector256<float>.Count)
        {
            Span<float> part = sum[i..];
            (Vector256.Create<float>(part) + Vector256.Create(addend[i..])).CopyTo(part);
        }

        for (; i < sum.Length; i++) sum[i] += addend[i];
    }

    /// <summary>values[i] = (values[i] + shift) · factor</summary>
    public static void ShiftAndScale(Span<float> values, float shift, float factor)
    {
        int i = 0;
        for (; i + Vector256<float>.Count <= values.Length; i += Vector256<float>.Count)
        {
            Span<float> part = values[i..];
            ((Vector256.Create<float>(part) + Vector256.Create(shift)) * factor).CopyTo(part);
        }

        for (; i < values.Length; i++) values[i] = (values[i] + shift) * factor;
    }

    /// <summary>The sum, eight interleaved partial sums first.</summary>
    public static float Sum(ReadOnlySpan<float> values)
    {
        Vector256<float> sums = Vector256<float>.Zero;
        int i = 0;
        for (; i + Vector256<float>.Count <= values.Length; i += Vector256<float>.Count)
        {
            sums += Vector256.Create(values[i..]);
        }

        float sum = Vector256.Sum(sums);
        for (; i < values.Length; i++) sum += values[i];
        return sum;
    }

    internal static void Exp(SimdLevel level, ReadOnlySpan<float> values, Span<float> result)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(result.Length, values.Length, nameof(result));
        fixed (float* x = values, y = result)
        {
            switch (level)
            {
                case SimdLevel.Avx512:
                    ExpAll<Simd512, Vector512<float>>(x, y, values.Length);
                    break;
                case SimdLevel.Avx2:
                    ExpAll<Simd256, Vector256<float>>(x, y, values.Length);
                    break;
                case SimdLevel.Vector128:
                    ExpAll<Simd128, Vector128<float>>(x, y, values.Length);
                    break;
                default:
                    VectorMathReference.Exp(values, result);
                    break;
            }
        }
    }

    internal static float LogSumExp(SimdLevel level, ReadOnlySpan<float> values)
    {
        ArgumentOutOfRangeException.ThrowIfZero(values.Length, nameof(values));
        fixed (float* x = values)
        {
            return level switch
            {
                SimdLevel.Avx512 => LogSumExp<Simd512, Vector512<float>>(x, values.Length),
                SimdLevel.Avx2 => LogSumExp<Simd256, Vector256<float>>(x, values.Length),
                SimdLevel.Vector128 => LogSumExp<Simd128, Vector128<float>>(x, values.Length),
                _ => VectorMathReference.LogSumExp(values),
            };
        }
    }

    /// <summary>e^x lane by lane: x = n·ln 2 + r, then a polynomial in r (Cephes, expf) times 2^n. The power is
    /// applied in two halves, so that neither overflows before the result does and denormal results come out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exp<TSimd, TVector>(TVector x)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        // The value comes second, because the native forms return the second operand when one is not a number.
        x = TSimd.Min(TSimd.Broadcast(89f), TSimd.Max(TSimd.Broadcast(-104f), x));
        TVector n = TSimd.Round(TSimd.Multiply(x, TSimd.Broadcast(1.44269504f)));
        TVector r = TSimd.MultiplyAdd(n, TSimd.Broadcast(-0.693359375f), x);
        r = TSimd.MultiplyAdd(n, TSimd.Broadcast(2.12194440e-4f), r);

        TVector p = TSimd.Broadcast(1.9875691500e-4f);
        p = TSimd.MultiplyAdd(p, r, TSimd.Broadcast(1.3981999507e-3f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Broadcast(8.3334519073e-3f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Broadcast(4.1665795894e-2f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Broadcast(1.6666665459e-1f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Broadcast(5.0000001201e-1f));
        TVector one = TSimd.Broadcast(1f);
        p = TSimd.Add(TSimd.MultiplyAdd(TSimd.Multiply(r, r), p, r), one);

        TVector half = TSimd.Round(TSimd.Multiply(n, TSimd.Broadcast(0.5f)));
        return TSimd.Multiply(TSimd.Multiply(p, TSimd.PowerOfTwo(half)), TSimd.PowerOfTwo(TSimd.Subtract(n, half)));
    }

    /// <summary>The sum of e^(x - shift), and its terms at <paramref name="terms"/> (which may be x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float SumOfExp<TSimd, TVector>(float* x, float shift, float* terms, int length)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TVector shifts = TSimd.Broadcast(shift);
        TVector sums = TSimd.Zero;
        int i = 0;
        for (; i + TSimd.Width <= length; i += TSimd.Width)
        {
            TVector term = Exp<TSimd, TVector>(TSimd.Subtract(TSimd.Load(x + i), shifts));
            TSimd.Store(terms + i, term);
            sums = TSimd.Add(sums, term);
        }

        if (i < length)
        {
            // e^(-infinity) is 0 and adds nothing.
            float* tail = stackalloc float[TSimd.Width];
            Tails.Load(x + i, tail, length - i, TSimd.Width, float.NegativeInfinity);
            TVector term = Exp<TSimd, TVector>(TSimd.Subtract(TSimd.Load(tail), shifts));
            TSimd.Store(tail, term);
            Tails.Store(tail, terms + i, length - i);
            sums = TSimd.Add(sums, term);
        }

        return TSimd.Sum(sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Max<TSimd, TVector>(float* x, int length)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        float max = float.NegativeInfinity;
        int i = 0;
        if (length >= TSimd.Width)
        {
            TVector lanes = TSimd.Load(x);
            for (i = TSimd.Width; i + TSimd.Width <= length; i += TSimd.Width)
            {
                lanes = TSimd.Max(lanes, TSimd.Load(x + i));
            }

            max = TSimd.MaxLane(lanes);
        }

        for (; i < length; i++) max = MathF.Max(max, x[i]);
        return max;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ExpAll<TSimd, TVector>(float* x, float* y, int length)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int i = 0;
        for (; i + TSimd.Width <= length; i += TSimd.Width)
        {
            TSimd.Store(y + i, Exp<TSimd, TVector>(TSimd.Load(x + i)));
        }

        if (i == length) return;
        float* tail = stackalloc float[TSimd.Width];
        Tails.Load(x + i, tail, length - i, TSimd.Width, 0);
        TSimd.Store(tail, Exp<TSimd, TVector>(TSimd.Load(tail)));
        Tails.Store(tail, y + i, length - i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float LogSumExp<TSimd, TVector>(float* x, int length)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        const int block = 1024;
        float* terms = stackalloc float[block];
        float max = Max<TSimd, TVector>(x, length);
        if (float.IsInfinity(max)) return max;
        double sum = 0;
        for (int i = 0; i < length; i += block)
        {
            sum += SumOfExp<TSimd, TVector>(x + i, max, terms, Math.Min(block, length - i));
        }

        return (float)(max + Math.Log(sum));
    }
}
