namespace Cremona.Inference.Kernels;

/// <summary>A row times one panel of weights in bfloat16.</summary>
/// <param name="input">[steps]</param>
/// <param name="panel">[steps][16]</param>
/// <param name="output">[16], read and written.</param>
internal readonly unsafe struct PanelWork(float* input, ushort* panel, float* output)
{
    public float* Input { get; } = input;

    public ushort* Panel { get; } = panel;

    public float* Output { get; } = output;
}
