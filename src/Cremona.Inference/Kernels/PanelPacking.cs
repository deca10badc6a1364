using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cremona.Inference.Kernels;

/// <summary>Moves operands into the layouts that the matrix-multiply tiles read in order.</summary>
internal static unsafe class PanelPacking
{
    private const int Width = PackedMatrix.PanelWidth;

    public static int PanelCount(int n) => (n + Width - 1) / Width;

    /// <summary>Floats of the packed form of an [n, k] matrix.</summary>
    public static long Length(int n, int k) => (long)PanelCount(n) * Width * k;

    /// <summary>One panel of a matrix [n, k], whose rows become the columns of the panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackRows(float* b, int n, int k, int panel, float* panels)
    {
        float* destination = panels + ((long)panel * k * Width);
        int row = panel * Width;
        int rows = Math.Min(Width, n - row);
        float* source = b + ((long)row * k);
        if (rows < Width) new Span<float>(destination, k * Width).Clear();

        int quads = Sse.IsSupported ? rows & ~3 : 0;
        for (int r = 0; r < quads; r += 4) TransposeFourRows(source + ((long)r * k), k, destination + r);
        for (int r = quads; r < rows; r++)
        {
            float* from = source + ((long)r * k);
            for (int i = 0; i < k; i++) destination[((long)i * Width) + r] = from[i];
        }
    }

    /// <summary>One panel of a matrix [k, n], whose columns stay columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackColumns(float* b, int n, int k, int panel, float* panels)
    {
        float* destination = panels + ((long)panel * k * Width);
        float* source = b + ((long)panel * Width);
        int columns = Math.Min(Width, n - (panel * Width));
        if (columns < Width)
        {
            new Span<float>(destination, k * Width).Clear();
            for (int i = 0; i < k; i++, source += n, destination += Width)
            {
                for (int j = 0; j < columns; j++) destination[j] = source[j];
            }

            return;
        }

        for (int i = 0; i < k; i++, source += n, destination += Width)
        {
            Vector256.Load(source).Store(destination);
            Vector256.Load(source + 8).Store(destination + 8);
        }
    }

    /// <summary>Rows of a transposed left operand [k, m]: the strip [depth][rows] of its columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackStrip(float* a, nint stride, int depth, int rows, float* strip)
    {
        for (int i = 0; i < depth; i++, a += stride, strip += rows)
        {
            int j = 0;
            for (; j + 4 <= rows; j += 4) Vector128.Load(a + j).Store(strip + j);
            for (; j < rows; j++) strip[j] = a[j];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeFourRows(float* source, int k, float* destination)
    {
        float* s1 = source + k;
        float* s2 = s1 + k;
        float* s3 = s2 + k;
        int i = 0;
        for (; i + 4 <= k; i += 4)
        {
            Vector128<float> r0 = Vector128.Load(source + i);
            Vector128<float> r1 = Vector128.Load(s1 + i);
            Vector128<float> r2 = Vector128.Load(s2 + i);
            Vector128<float> r3 = Vector128.Load(s3 + i);
            Vector128<float> low01 = Sse.UnpackLow(r0, r1);
            Vector128<float> high01 = Sse.UnpackHigh(r0, r1);
            Vector128<float> low23 = Sse.UnpackLow(r2, r3);
            Vector128<float> high23 = Sse.UnpackHigh(r2, r3);
            float* to = destination + ((long)i * Width);
            Sse.MoveLowToHigh(low01, low23).Store(to);
            Sse.MoveHighToLow(low23, low01).Store(to + Width);
            Sse.MoveLowToHigh(high01, high23).Store(to + (2 * Width));
            Sse.MoveHighToLow(high23, high01).Store(to + (3 * Width));
        }

        for (; i < k; i++)
        {
            float* to = destination + ((long)i * Width);
            to[0] = source[i];
            to[1] = s1[i];
            to[2] = s2[i];
            to[3] = s3[i];
        }
    }
}
