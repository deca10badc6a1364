using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Cremona.Inference.Kernels;

/// <summary>Numbers as code · scale with 8-bit codes, in panels of 16 columns.</summary>
internal static unsafe class ScaledBytes
{
    private const int Width = PackedMatrix.PanelWidth;
    private const float CodeMax = 127;

    // 2^-100: below it numbers become zero, so that no scale is denormal.
    private const float MagnitudeMin = 7.8886091e-31f;

    /// <summary>The scale that lets the largest magnitude be 127; 0 where all is next to nothing.</summary>
    public static float ScaleOf(ReadOnlySpan<float> values)
    {
        float largest = 0;
        foreach (float value in values) largest = MathF.Max(largest, MathF.Abs(value));
        return largest < MagnitudeMin ? 0 : largest / CodeMax;
    }

    /// <summary>The nearest code.</summary>
    public static sbyte Code(float value, float scale) =>
        scale == 0 ? (sbyte)0 : (sbyte)Math.Clamp(MathF.Round(value / scale), -CodeMax, CodeMax);

    /// <summary>A panel whose columns have a scale each.</summary>
    /// <param name="codes">[rows][16]</param>
    /// <param name="scales">[16]</param>
    /// <param name="rows">Steps of the panel.</param>
    /// <param name="destination">[rows][16]</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WidenByColumn(sbyte* codes, float* scales, int rows, float* destination)
    {
        Vector256<float> left = Vector256.Load(scales), right = Vector256.Load(scales + 8);
        for (int i = 0; i < rows * Width; i += Width)
        {
            (Vector256<float> low, Vector256<float> high) = Load(codes + i);
            (low * left).Store(destination + i);
            (high * right).Store(destination + i + 8);
        }
    }

    /// <summary>A panel whose rows have a scale each.</summary>
    /// <param name="codes">[rows][16]</param>
    /// <param name="scales">[rows]</param>
    /// <param name="rows">Steps of the panel.</param>
    /// <param name="destination">[rows][16]</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WidenByRow(sbyte* codes, float* scales, int rows, float* destination)
    {
        for (int row = 0; row < rows; row++, codes += Width, destination += Width)
        {
            Vector256<float> scale = Vector256.Create(scales[row]);
            (Vector256<float> low, Vector256<float> high) = Load(codes);
            (low * scale).Store(destination);
            (high * scale).Store(destination + 8);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> Low, Vector256<float> High) Load(sbyte* codes)
    {
        (Vector128<short> first, Vector128<short> second) = Vector128.Widen(Vector128.Load(codes));
        return (
            Vector256.ConvertToSingle(Vector256.WidenLower(first.ToVector256Unsafe())),
            Vector256.ConvertToSingle(Vector256.WidenLower(second.ToVector256Unsafe())));
    }
}
