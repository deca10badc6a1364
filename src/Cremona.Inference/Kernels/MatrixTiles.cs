using System.Runtime.CompilerServices;

namespace Cremona.Inference.Kernels;

/// <summary>The innermost loops of matrix multiplication: a rectangle of outputs is loaded into registers, gets
/// a · b added for each k in ascending order, and is stored. So the value of an output is one chain of fused
/// multiply-adds whatever the tile, and cutting k into blocks does not change it.</summary>
/// <remarks>The element of the left operand in row r for step i is a[r * rowStride + i * stride]. The right operand
/// is a column of vectors, one panel row (16 floats) apart. Outputs of one tile row are neighbours.</remarks>
internal static unsafe class MatrixTiles<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>12 rows by 2 vectors of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows12(
        float* a, nint rowStride, nint stride, float* b0, float* b1, int depth, float* c, nint ldc)
    {
        float* d = c + TSimd.Width;
        TVector c0 = TSimd.Load(c), d0 = TSimd.Load(d);
        TVector c1 = TSimd.Load(c + (1 * ldc)), d1 = TSimd.Load(d + (1 * ldc));
        TVector c2 = TSimd.Load(c + (2 * ldc)), d2 = TSimd.Load(d + (2 * ldc));
        TVector c3 = TSimd.Load(c + (3 * ldc)), d3 = TSimd.Load(d + (3 * ldc));
        TVector c4 = TSimd.Load(c + (4 * ldc)), d4 = TSimd.Load(d + (4 * ldc));
        TVector c5 = TSimd.Load(c + (5 * ldc)), d5 = TSimd.Load(d + (5 * ldc));
        TVector c6 = TSimd.Load(c + (6 * ldc)), d6 = TSimd.Load(d + (6 * ldc));
        TVector c7 = TSimd.Load(c + (7 * ldc)), d7 = TSimd.Load(d + (7 * ldc));
        TVector c8 = TSimd.Load(c + (8 * ldc)), d8 = TSimd.Load(d + (8 * ldc));
        TVector c9 = TSimd.Load(c + (9 * ldc)), d9 = TSimd.Load(d + (9 * ldc));
        TVector c10 = TSimd.Load(c + (10 * ldc)), d10 = TSimd.Load(d + (10 * ldc));
        TVector c11 = TSimd.Load(c + (11 * ldc)), d11 = TSimd.Load(d + (11 * ldc));
        float* a3 = a + (3 * rowStride);
        float* a6 = a3 + (3 * rowStride);
        float* a9 = a6 + (3 * rowStride);
        for (; depth > 0; depth--)
        {
            TVector x = TSimd.Load(b0);
            TVector y = TSimd.Load(b1);
            b0 += PackedMatrix.PanelWidth;
            b1 += PackedMatrix.PanelWidth;
            Step(a, x, y, ref c0, ref d0);
            Step(a + rowStride, x, y, ref c1, ref d1);
            Step(a + (2 * rowStride), x, y, ref c2, ref d2);
            Step(a3, x, y, ref c3, ref d3);
            Step(a3 + rowStride, x, y, ref c4, ref d4);
            Step(a3 + (2 * rowStride), x, y, ref c5, ref d5);
            Step(a6, x, y, ref c6, ref d6);
            Step(a6 + rowStride, x, y, ref c7, ref d7);
            Step(a6 + (2 * rowStride), x, y, ref c8, ref d8);
            Step(a9, x, y, ref c9, ref d9);
            Step(a9 + rowStride, x, y, ref c10, ref d10);
            Step(a9 + (2 * rowStride), x, y, ref c11, ref d11);
            a += stride;
            a3 += stride;
            a6 += stride;
            a9 += stride;
        }

        Save(c, d, c0, d0);
        Save(c + (1 * ldc), d + (1 * ldc), c1, d1);
        Save(c + (2 * ldc), d + (2 * ldc), c2, d2);
        Save(c + (3 * ldc), d + (3 * ldc), c3, d3);
        Save(c + (4 * ldc), d + (4 * ldc), c4, d4);
        Save(c + (5 * ldc), d + (5 * ldc), c5, d5);
        Save(c + (6 * ldc), d + (6 * ldc), c6, d6);
        Save(c + (7 * ldc), d + (7 * ldc), c7, d7);
        Save(c + (8 * ldc), d + (8 * ldc), c8, d8);
        Save(c + (9 * ldc), d + (9 * ldc), c9, d9);
        Save(c + (10 * ldc), d + (10 * ldc), c10, d10);
        Save(c + (11 * ldc), d + (11 * ldc), c11, d11);
    }

    /// <summary>6 rows by 2 vectors of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows6(
        float* a, nint rowStride, nint stride, float* b0, float* b1, int depth, float* c, nint ldc)
    {
        float* d = c + TSimd.Width;
        TVector c0 = TSimd.Load(c), d0 = TSimd.Load(d);
        TVector c1 = TSimd.Load(c + (1 * ldc)), d1 = TSimd.Load(d + (1 * ldc));
        TVector c2 = TSimd.Load(c + (2 * ldc)), d2 = TSimd.Load(d + (2 * ldc));
        TVector c3 = TSimd.Load(c + (3 * ldc)), d3 = TSimd.Load(d + (3 * ldc));
        TVector c4 = TSimd.Load(c + (4 * ldc)), d4 = TSimd.Load(d + (4 * ldc));
        TVector c5 = TSimd.Load(c + (5 * ldc)), d5 = TSimd.Load(d + (5 * ldc));
        float* a3 = a + (3 * rowStride);
        for (; depth > 0; depth--)
        {
            TVector x = TSimd.Load(b0);
            TVector y = TSimd.Load(b1);
            b0 += PackedMatrix.PanelWidth;
            b1 += PackedMatrix.PanelWidth;
            Step(a, x, y, ref c0, ref d0);
            Step(a + rowStride, x, y, ref c1, ref d1);
            Step(a + (2 * rowStride), x, y, ref c2, ref d2);
            Step(a3, x, y, ref c3, ref d3);
            Step(a3 + rowStride, x, y, ref c4, ref d4);
            Step(a3 + (2 * rowStride), x, y, ref c5, ref d5);
            a += stride;
            a3 += stride;
        }

        Save(c, d, c0, d0);
        Save(c + (1 * ldc), d + (1 * ldc), c1, d1);
        Save(c + (2 * ldc), d + (2 * ldc), c2, d2);
        Save(c + (3 * ldc), d + (3 * ldc), c3, d3);
        Save(c + (4 * ldc), d + (4 * ldc), c4, d4);
        Save(c + (5 * ldc), d + (5 * ldc), c5, d5);
    }

    /// <summary>1 row by 8 vectors of columns, each from its own address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows1(float* a, nint stride, float** b, int depth, float* c)
    {
        int width = TSimd.Width;
        TVector c0 = TSimd.Load(c), c1 = TSimd.Load(c + width);
        TVector c2 = TSimd.Load(c + (2 * width)), c3 = TSimd.Load(c + (3 * width));
        TVector c4 = TSimd.Load(c + (4 * width)), c5 = TSimd.Load(c + (5 * width));
        TVector c6 = TSimd.Load(c + (6 * width)), c7 = TSimd.Load(c + (7 * width));
        float* b0 = b[0], b1 = b[1], b2 = b[2], b3 = b[3], b4 = b[4], b5 = b[5], b6 = b[6], b7 = b[7];
        nint end = (nint)depth * PackedMatrix.PanelWidth;
        for (nint i = 0; i < end; i += PackedMatrix.PanelWidth, a += stride)
        {
            TVector x = TSimd.Broadcast(*a);
            c0 = TSimd.MultiplyAdd(x, TSimd.Load(b0 + i), c0);
            c1 = TSimd.MultiplyAdd(x, TSimd.Load(b1 + i), c1);
            c2 = TSimd.MultiplyAdd(x, TSimd.Load(b2 + i), c2);
            c3 = TSimd.MultiplyAdd(x, TSimd.Load(b3 + i), c3);
            c4 = TSimd.MultiplyAdd(x, TSimd.Load(b4 + i), c4);
            c5 = TSimd.MultiplyAdd(x, TSimd.Load(b5 + i), c5);
            c6 = TSimd.MultiplyAdd(x, TSimd.Load(b6 + i), c6);
            c7 = TSimd.MultiplyAdd(x, TSimd.Load(b7 + i), c7);
        }

        Save(c, c + width, c0, c1);
        Save(c + (2 * width), c + (3 * width), c2, c3);
        Save(c + (4 * width), c + (5 * width), c4, c5);
        Save(c + (6 * width), c + (7 * width), c6, c7);
    }

    /// <summary>1 row by 8 vectors of columns in bfloat16, each from its own address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void BrainRow8(float* a, nint stride, ushort** b, int depth, float* c)
    {
        int width = TSimd.Width;
        TVector c0 = TSimd.Load(c), c1 = TSimd.Load(c + width);
        TVector c2 = TSimd.Load(c + (2 * width)), c3 = TSimd.Load(c + (3 * width));
        TVector c4 = TSimd.Load(c + (4 * width)), c5 = TSimd.Load(c + (5 * width));
        TVector c6 = TSimd.Load(c + (6 * width)), c7 = TSimd.Load(c + (7 * width));
        ushort* b0 = b[0], b1 = b[1], b2 = b[2], b3 = b[3], b4 = b[4], b5 = b[5], b6 = b[6], b7 = b[7];
        nint end = (nint)depth * PackedMatrix.PanelWidth;
        for (nint i = 0; i < end; i += PackedMatrix.PanelWidth, a += stride)
        {
            TVector x = TSimd.Broadcast(*a);
            c0 = TSimd.MultiplyAdd(x, TSimd.LoadBrain(b0 + i), c0);
            c1 = TSimd.MultiplyAdd(x, TSimd.LoadBrain(b1 + i), c1);
            c2 = TSimd.MultiplyAdd(x, TSimd.LoadBrain(b2 + i), c2);
            c3 = TSimd.MultiplyAdd(x, TSimd.LoadBrain(b3 + i), c3);
            c4 = TSimd.MultiplyAdd(x, TSimd.LoadBrain(b4 + i), c4);
            c5 = TSimd.MultiplyAdd(x, TSimd.LoadBrain(b5 + i), c5);
            c6 = TSimd.MultiplyAdd(x, TSimd.LoadBrain(b6 + i), c6);
            c7 = TSimd.MultiplyAdd(x, TSimd.LoadBrain(b7 + i), c7);
        }

        Save(c, c + width, c0, c1);
        Save(c + (2 * width), c + (3 * width), c2, c3);
        Save(c + (4 * width), c + (5 * width), c4, c5);
        Save(c + (6 * width), c + (7 * width), c6, c7);
    }

    /// <summary>1 row by 2 vectors of columns in bfloat16, each from its own address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void BrainRow2(float* a, nint stride, ushort** b, int depth, float* c)
    {
        TVector c0 = TSimd.Load(c), c1 = TSimd.Load(c + TSimd.Width);
        ushort* b0 = b[0], b1 = b[1];
        nint end = (nint)depth * PackedMatrix.PanelWidth;
        for (nint i = 0; i < end; i += PackedMatrix.PanelWidth, a += stride)
        {
            TVector x = TSimd.Broadcast(*a);
            c0 = TSimd.MultiplyAdd(x, TSimd.LoadBrain(b0 + i), c0);
            c1 = TSimd.MultiplyAdd(x, TSimd.LoadBrain(b1 + i), c1);
        }

        Save(c, c + TSimd.Width, c0, c1);
    }

    /// <summary>2 rows by 4 vectors of columns, each from its own address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows2(float* a, nint rowStride, nint stride, float** b, int depth, float* c, nint ldc)
    {
        int width = TSimd.Width;
        float* d = c + ldc;
        TVector c0 = TSimd.Load(c), c1 = TSimd.Load(c + width);
        TVector c2 = TSimd.Load(c + (2 * width)), c3 = TSimd.Load(c + (3 * width));
        TVector d0 = TSimd.Load(d), d1 = TSimd.Load(d + width);
        TVector d2 = TSimd.Load(d + (2 * width)), d3 = TSimd.Load(d + (3 * width));
        float* b0 = b[0], b1 = b[1], b2 = b[2], b3 = b[3];
        nint end = (nint)depth * PackedMatrix.PanelWidth;
        for (nint i = 0; i < end; i += PackedMatrix.PanelWidth, a += stride)
        {
            TVector x = TSimd.Broadcast(*a);
            TVector y = TSimd.Broadcast(*(a + rowStride));
            TVector w = TSimd.Load(b0 + i);
            c0 = TSimd.MultiplyAdd(x, w, c0);
            d0 = TSimd.MultiplyAdd(y, w, d0);
            w = TSimd.Load(b1 + i);
            c1 = TSimd.MultiplyAdd(x, w, c1);
            d1 = TSimd.MultiplyAdd(y, w, d1);
            w = TSimd.Load(b2 + i);
            c2 = TSimd.MultiplyAdd(x, w, c2);
            d2 = TSimd.MultiplyAdd(y, w, d2);
            w = TSimd.Load(b3 + i);
            c3 = TSimd.MultiplyAdd(x, w, c3);
            d3 = TSimd.MultiplyAdd(y, w, d3);
        }

        Save(c, c + width, c0, c1);
        Save(c + (2 * width), c + (3 * width), c2, c3);
        Save(d, d + width, d0, d1);
        Save(d + (2 * width), d + (3 * width), d2, d3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(float* a, TVector x, TVector y, ref TVector c, ref TVector d)
    {
        TVector value = TSimd.Broadcast(*a);
        c = TSimd.MultiplyAdd(value, x, c);
        d = TSimd.MultiplyAdd(value, y, d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Save(float* c, float* d, TVector x, TVector y)
    {
        TSimd.Store(c, x);
        TSimd.Store(d, y);
    }
}
