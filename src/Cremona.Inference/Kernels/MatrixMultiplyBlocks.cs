using System.Runtime.CompilerServices;

namespace Cremona.Inference.Kernels;

/// <summary>Cuts a multiplication with a packed right operand into blocks of outputs, each one task of the pool, and
/// walks a block in an order that keeps the operands in the near caches.</summary>
internal static unsafe class MatrixMultiplyBlocks<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    // Steps of k taken at once: two panels of this depth fill the first-level cache, a row block the second.
    private const int DepthBlock = 256;
    private const int RowBlock = 144;

    // Panels and steps of bfloat16 widened at a time; as floats they stay in the first-level cache. Tiles take two
    // panels, and few rows as many as they have vectors.
    private const int TilePanels = 2;
    private const int FewRowsDepth = 32;
    private const int WidenedLength = TilePanels * PackedMatrix.PanelWidth * DepthBlock;

    // Below this many multiply-adds, waking another thread takes longer than the work.
    private const long WorkPerTaskMin = 32_768;
    private const int TasksPerThread = 4;
    private const int WideVectors = 8;
    private const int NarrowVectors = 2;
    private const int ShortDepth = 128;

    [ThreadStatic]
    private static AlignedBuffer? _strips;

    [ThreadStatic]
    private static AlignedBuffer? _widened;

    public static void Run(ComputePool pool, in MatrixOperands operands)
    {
        MatrixOperands job = operands;
        int panels = PanelPacking.PanelCount(job.N);
        job.RowBlocks = (job.M + RowBlock - 1) / RowBlock;
        long work = (long)job.M * job.N * job.K;
        long tasks = Math.Min(pool.ThreadCount * TasksPerThread, work / WorkPerTaskMin);
        if (pool.ThreadCount == 1) tasks = 1;
        int panelBlocks = (int)Math.Clamp(tasks / job.RowBlocks, 1, (panels + 1) / 2);

        // An even number of panels, so that only the last block ends with a half tile.
        job.PanelsPerBlock = ((((panels + panelBlocks - 1) / panelBlocks) + 1) / 2) * 2;
        panelBlocks = (panels + job.PanelsPerBlock - 1) / job.PanelsPerBlock;
        pool.Run(job.RowBlocks * panelBlocks, &RunTask, &job);
    }

    private static void RunTask(void* state, int index)
    {
        ref MatrixOperands job = ref *(MatrixOperands*)state;
        int row = index % job.RowBlocks * RowBlock;
        int panel = index / job.RowBlocks * job.PanelsPerBlock;
        int rows = Math.Min(RowBlock, job.M - row);
        int column = panel * PackedMatrix.PanelWidth;
        int columns = Math.Min(job.PanelsPerBlock * PackedMatrix.PanelWidth, job.N - column);

        float* c = job.C + (row * job.OutputStride) + column;
        if (!job.Accumulate)
        {
            for (int i = 0; i < rows; i++) new Span<float>(c + (i * job.OutputStride), columns).Clear();
        }

        if (job.BrainPanels != null)
        {
            float* first = job.A + (row * job.RowStride);
            if (rows == 1) MultiplyBrainRow(in job, first, panel, c, columns);
            else MultiplyBrainRows(in job, first, panel, c, rows, columns);
            return;
        }

        for (int k = 0; k < job.K; k += DepthBlock)
        {
            int depth = Math.Min(DepthBlock, job.K - k);
            float* a = job.A + (row * job.RowStride) + (k * job.Stride);
            float* b = job.Panels + ((((long)panel * job.K) + k) * PackedMatrix.PanelWidth);
            MultiplyBlock(in job, a, b, c, rows, columns, depth);
        }
    }

    /// <summary>A row of outputs with weights in bfloat16: each is used once, so it is widened on the way.</summary>
    private static void MultiplyBrainRow(in MatrixOperands job, float* a, int panel, float* c, int columns)
    {
        int width = TSimd.Width;
        ushort** vectors = stackalloc ushort*[WideVectors];
        float* edge = stackalloc float[WideVectors * width];
        ushort* panels = job.BrainPanels + ((long)panel * job.K * PackedMatrix.PanelWidth);
        for (int column = 0, group; column < columns; column += group * width)
        {
            // Short panels are read best one after another, and few vectors not several times.
            bool isNarrow = job.K < ShortDepth || columns - column <= WideVectors / 2 * width;
            group = isNarrow ? NarrowVectors : WideVectors;
            int valid = Math.Min(group * width, columns - column);
            for (int i = 0; i < group; i++)
            {
                int start = column + Math.Min(i * width, (valid - 1) / width * width);
                vectors[i] = panels + VectorOffset(start, job.K);
            }

            bool isWhole = valid == group * width;
            float* output = isWhole ? c + column : edge;
            if (!isWhole) CopyRows(c + column, 0, edge, 0, 1, valid);
            if (isNarrow) MatrixTiles<TSimd, TVector>.BrainRow2(a, job.Stride, vectors, job.K, output);
            else MatrixTiles<TSimd, TVector>.BrainRow8(a, job.Stride, vectors, job.K, output);
            if (!isWhole) CopyRows(edge, 0, c + column, 0, 1, valid);
        }
    }

    private static void MultiplyBrainRows(
        in MatrixOperands job, float* a, int panel, float* c, int rows, int columns)
    {
        int tiled = rows / TSimd.TileRows * TSimd.TileRows;
        if (tiled > 0) MultiplyWidened(in job, a, panel, c, tiled, columns, TilePanels, DepthBlock);
        if (tiled == rows) return;
        int panels = Math.Max(TilePanels, WideVectors * TSimd.Width / PackedMatrix.PanelWidth);
        MultiplyWidened(
            in job, a + (tiled * job.RowStride), panel, c + (tiled * job.OutputStride), rows - tiled, columns, panels,
            FewRowsDepth);
    }

    /// <summary>A block of outputs with weights in bfloat16, of which so many panels and steps are widened at a
    /// time.</summary>
    private static void MultiplyWidened(
        in MatrixOperands job, float* a, int panel, float* c, int rows, int columns, int panels, int depth)
    {
        int groupColumns = panels * PackedMatrix.PanelWidth;
        float* b = AlignedBuffer.Grow(ref _widened, WidenedLength).Address; // [panels][depth][16]
        MatrixOperands part = job;
        for (int column = 0; column < columns; column += groupColumns)
        {
            int count = Math.Min(groupColumns, columns - column);
            ushort* source = job.BrainPanels + ((((long)panel * PackedMatrix.PanelWidth) + column) * job.K);
            for (int k = 0; k < job.K; k += depth)
            {
                part.K = Math.Min(depth, job.K - k);
                Widen(source + (k * PackedMatrix.PanelWidth), job.K, PanelPacking.PanelCount(count), part.K, b);
                MultiplyBlock(in part, a + (k * job.Stride), b, c + column, rows, count, part.K);
            }
        }
    }

    /// <summary>Steps of all panels of a block as float32.</summary>
    /// <param name="source">The first panel at the first step.</param>
    /// <param name="k">Steps of a whole panel.</param>
    /// <param name="panels">Panels to widen.</param>
    /// <param name="depth">Steps to widen.</param>
    /// <param name="destination">[panels][depth][16]</param>
    private static void Widen(ushort* source, int k, int panels, int depth, float* destination)
    {
        for (int panel = 0; panel < panels; panel++, source += (long)k * PackedMatrix.PanelWidth)
        {
            int count = depth * PackedMatrix.PanelWidth;
            for (int i = 0; i < count; i += TSimd.Width, destination += TSimd.Width)
            {
                TSimd.Store(destination, TSimd.LoadBrain(source + i));
            }
        }
    }

    /// <summary>Adds a · b for one block of outputs, on the calling thread.</summary>
    /// <param name="job">Strides of the operands; its sizes are not used.</param>
    /// <param name="a">First row and step of the block.</param>
    /// <param name="b">The first panel at the first step; panels are job.K steps long.</param>
    /// <param name="c">First output.</param>
    internal static void MultiplyBlock(
        in MatrixOperands job, float* a, float* b, float* c, int rows, int columns, int depth)
    {
        int tileRows = TSimd.TileRows;
        int tiles = rows / tileRows;
        nint rowStride = job.RowStride;
        nint stride = job.Stride;
        nint tileStride = tileRows * rowStride;
        float* left = a;
        if (job.IsLeftTransposed && tiles > 0)
        {
            // Rows of a transposed operand lie far apart; copied side by side they are read in order.
            left = AlignedBuffer.Grow(ref _strips, (long)RowBlock * DepthBlock).Address;
            for (int i = 0; i < tiles; i++)
            {
                PanelPacking.PackStrip(
                    a + (i * tileStride), stride, depth, tileRows, left + ((long)i * tileRows * depth));
            }

            tileStride = (nint)tileRows * depth;
            rowStride = 1;
            stride = tileRows;
        }

        if (tiles > 0) MultiplyTiles(in job, left, rowStride, stride, tileStride, b, c, tiles, columns, depth);

        int done = tiles * tileRows;
        if (done < rows)
        {
            a += done * job.RowStride;
            c += done * job.OutputStride;
            MultiplyFewRows(in job, a, b, c, rows - done, columns, depth);
        }
    }

    private static void MultiplyTiles(
        in MatrixOperands job, float* a, nint rowStride, nint stride, nint tileStride,
        float* b, float* c, int tiles, int columns, int depth)
    {
        int width = TSimd.Width;
        int tileColumns = 2 * width;
        int tileRows = TSimd.TileRows;
        nint ldc = job.OutputStride;
        float* edge = stackalloc float[tileRows * tileColumns];
        for (int column = 0; column < columns; column += tileColumns)
        {
            float* b0 = VectorAddress(b, column, job.K);
            float* b1 = column + width < columns ? VectorAddress(b, column + width, job.K) : b0;
            int valid = Math.Min(tileColumns, columns - column);
            float* tile = c + column;
            float* left = a;
            for (int i = 0; i < tiles; i++, left += tileStride, tile += tileRows * ldc)
            {
                if (valid == tileColumns)
                {
                    Tile(left, rowStride, stride, b0, b1, depth, tile, ldc);
                    continue;
                }

                CopyRows(tile, ldc, edge, tileColumns, tileRows, valid);
                Tile(left, rowStride, stride, b0, b1, depth, edge, tileColumns);
                CopyRows(edge, tileColumns, tile, ldc, tileRows, valid);
            }
        }
    }

    private static void MultiplyFewRows(
        in MatrixOperands job, float* a, float* b, float* c, int rows, int columns, int depth)
    {
        int width = TSimd.Width;
        float** vectors = stackalloc float*[WideVectors];
        int groupColumns = WideVectors * width;
        float* edge = stackalloc float[2 * groupColumns];
        for (int column = 0; column < columns; column += groupColumns)
        {
            int valid = Math.Min(groupColumns, columns - column);
            for (int i = 0; i < WideVectors; i++)
            {
                // Vectors past the end repeat the last one; what they add falls into the unused part of the edge.
                int start = column + Math.Min(i * width, (valid - 1) / width * width);
                vectors[i] = VectorAddress(b, start, job.K);
            }

            int row = 0;
            while (row < rows)
            {
                int count = rows - row >= 2 ? 2 : 1;
                float* left = a + (row * job.RowStride);
                float* target = c + (row * job.OutputStride) + column;
                float* output = target;
                nint ldc = job.OutputStride;
                if (valid < groupColumns)
                {
                    CopyRows(target, ldc, edge, groupColumns, count, valid);
                    output = edge;
                    ldc = groupColumns;
                }

                Few(left, count, in job, vectors, valid, depth, output, ldc);
                if (output == edge) CopyRows(edge, groupColumns, target, job.OutputStride, count, valid);
                row += count;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Few(
        float* a, int count, in MatrixOperands job, float** vectors, int valid, int depth, float* c, nint ldc)
    {
        int half = WideVectors / 2;
        if (count == 1)
        {
            MatrixTiles<TSimd, TVector>.Rows1(a, job.Stride, vectors, depth, c);
            return;
        }

        MatrixTiles<TSimd, TVector>.Rows2(a, job.RowStride, job.Stride, vectors, depth, c, ldc);
        if (valid <= half * TSimd.Width) return;
        MatrixTiles<TSimd, TVector>.Rows2(
            a, job.RowStride, job.Stride, vectors + half, depth, c + (half * TSimd.Width), ldc);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Tile(
        float* a, nint rowStride, nint stride, float* b0, float* b1, int depth, float* c, nint ldc)
    {
        if (TSimd.TileRows == 12) MatrixTiles<TSimd, TVector>.Rows12(a, rowStride, stride, b0, b1, depth, c, ldc);
        else MatrixTiles<TSimd, TVector>.Rows6(a, rowStride, stride, b0, b1, depth, c, ldc);
    }

    /// <summary>Where the vector of columns that starts at this column lies in the panels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* VectorAddress(float* panels, int column, int k) => panels + VectorOffset(column, k);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long VectorOffset(int column, int k) =>
        ((long)(column / PackedMatrix.PanelWidth) * k * PackedMatrix.PanelWidth) + (column % PackedMatrix.PanelWidth);

    private static void CopyRows(float* from, nint fromStride, float* to, nint toStride, int rows, int columns)
    {
        for (int i = 0; i < rows; i++, from += fromStride, to += toStride)
        {
            new ReadOnlySpan<float>(from, columns).CopyTo(new Span<float>(to, columns));
        }
    }
}
