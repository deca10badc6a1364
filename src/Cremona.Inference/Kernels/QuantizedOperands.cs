namespace Cremona.Inference.Kernels;

/// <summary>A multiplication c[m, n] += a · b of quantised operands, handed to the tasks of a pool without a closure.
/// Lives on the stack of the call.</summary>
internal unsafe struct QuantizedOperands
{
    public QuantizedRows A;
    public float* Source; // row i starts at i * SourceStride
    public nint SourceStride;
    public byte* Values; // of the matrix, see QuantizedMatrix
    public ushort* Scales;
    public int BlockBytes;
    public bool IsNibbles;
    public float* C; // row i starts at i * OutputStride
    public nint OutputStride;
    public int M;
    public int N;
    public bool Accumulate;

    public int PanelsPerTask;
    public int RowsPerTask;
}
