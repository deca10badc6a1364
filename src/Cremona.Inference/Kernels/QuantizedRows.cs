using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Cremona.Inference.Kernels;

/// <summary>Rows of activations rounded to 8-bit integers in blocks of 32, each with a float scale: activation ≈ scale
/// · code, codes in [-127, 127]. Blocks whose largest magnitude is below 2^-100 become zero.</summary>
/// <remarks>A row is [codes][magnitudes][signs][scales][corrections]: three planes of bytes, filled up to whole blocks
/// with zeros, then a float and an integer per block.</remarks>
internal readonly unsafe struct QuantizedRows
{
    private const int BlockSize = BlockQuantization.BlockSize;
    private const float MagnitudeMin = 7.8886091e-31f; // 2^-100
    private const float CodeMax = 127;
    private const int CacheLine = 64;

    /// <param name="address">Room for <see cref="RowBytes"/> of every row, on a cache line boundary.</param>
    /// <param name="k">Activations of a row.</param>
    /// <param name="correction">What the kernel's integer sums carry beside the product.</param>
    public QuantizedRows(byte* address, int k, ByteCorrection correction)
    {
        Address = address;
        K = k;
        BlockCount = (k + BlockSize - 1) / BlockSize;
        Stride = RowBytes(k);
        Correction = correction;
    }

    public byte* Address { get; }

    /// <summary>Bytes from one row to the next.</summary>
    public nint Stride { get; }

    /// <summary>Blocks of a row.</summary>
    public int BlockCount { get; }

    /// <summary>Bytes of one plane; magnitudes lie one, signs two planes after the codes.</summary>
    public nint Plane => (nint)BlockCount * BlockSize;

    private int K { get; }

    private ByteCorrection Correction { get; }

    /// <summary>Bytes of a row.</summary>
    public static int RowBytes(int k)
    {
        int blocks = (k + BlockSize - 1) / BlockSize;
        int bytes = blocks * ((3 * BlockSize) + sizeof(float) + sizeof(int));
        return (bytes + CacheLine - 1) / CacheLine * CacheLine;
    }

    /// <summary>The float scales of a row, one per block.</summary>
    public float* Scales(int row) => (float*)(Address + (row * Stride) + (3 * Plane));

    /// <summary>What the integer sums of a row's blocks carry beside the product.</summary>
    public int* Corrections(int row) => (int*)(Scales(row) + BlockCount);

    /// <summary>Rounds one row.</summary>
    /// <param name="row">Where it is stored.</param>
    /// <param name="source">[k]</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Quantize(int row, float* source)
    {
        byte* codes = Address + (row * Stride);
        float* scales = Scales(row);
        int* corrections = Corrections(row);
        float* tail = stackalloc float[BlockSize];
        for (int block = 0; block < BlockCount; block++)
        {
            int first = block * BlockSize;
            float* values = source + first;
            if (first + BlockSize > K)
            {
                for (int i = 0; i < BlockSize; i++) tail[i] = first + i < K ? source[first + i] : 0;
                values = tail;
            }

            (scales[block], corrections[block]) = QuantizeBlock(values, codes + first);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private (float Scale, int Correction) QuantizeBlock(float* values, byte* codes)
    {
        Vector256<float> v0 = Vector256.Load(values), v1 = Vector256.Load(values + 8);
        Vector256<float> v2 = Vector256.Load(values + 16), v3 = Vector256.Load(values + 24);
        Vector256<float> largest = Vector256.MaxNative(
            Vector256.MaxNative(Vector256.Abs(v0), Vector256.Abs(v1)),
            Vector256.MaxNative(Vector256.Abs(v2), Vector256.Abs(v3)));
        float magnitude = Simd256.MaxLane(largest);
        if (magnitude < MagnitudeMin)
        {
            Vector256<byte>.Zero.Store(codes);
            Vector256<byte>.Zero.Store(codes + Plane);
            Vector256<byte>.Zero.Store(codes + (2 * Plane));
            return (0, 0);
        }

        Vector256<float> inverse = Vector256.Create(CodeMax / magnitude);
        Vector256<sbyte> code = Vector256.Narrow(
            Vector256.Narrow(ToIntegers(v0 * inverse), ToIntegers(v1 * inverse)),
            Vector256.Narrow(ToIntegers(v2 * inverse), ToIntegers(v3 * inverse)));
        code.Store((sbyte*)codes);
        if (Correction.IsSplit)
        {
            Vector256<sbyte> signs = code >> 7;
            Vector256.Abs(code).Store((sbyte*)codes + Plane);
            signs.Store((sbyte*)codes + (2 * Plane));
            return (magnitude / CodeMax, Sum(code & signs));
        }

        return (magnitude / CodeMax, Correction.SumFactor * Sum(code));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> ToIntegers(Vector256<float> values) =>
        Vector256.ConvertToInt32Native(Vector256.Round(values));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Sum(Vector256<sbyte> codes)
    {
        (Vector256<short> low, Vector256<short> high) = Vector256.Widen(codes);
        return Vector256.Sum(low + high); // at most 32 · 127
    }
}
