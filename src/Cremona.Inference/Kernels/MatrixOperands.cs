namespace Cremona.Inference.Kernels;

/// <summary>A multiplication c[m, n] += a · b with addresses in place of spans, so that it can be handed to the tasks
/// of a pool without a closure. Lives on the stack of the call.</summary>
internal unsafe struct MatrixOperands
{
    public float* A; // element (row, step) at row * RowStride + step * Stride
    public nint RowStride;
    public nint Stride;
    public bool IsLeftTransposed;
    public float* Panels; // [n / 16][k][16]
    public ushort* BrainPanels; // the same in bfloat16; null where Panels is used
    public float* C; // row i starts at i * OutputStride
    public nint OutputStride;
    public int M;
    public int N;
    public int K;
    public bool Accumulate;

    public int RowBlocks;
    public int PanelsPerBlock;
}
