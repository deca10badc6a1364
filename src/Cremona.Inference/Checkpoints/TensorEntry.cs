namespace Cremona.Inference.Checkpoints;

/// <summary>A tensor of a safetensors file.</summary>
/// <param name="Name">Its full name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its sizes, outermost first.</param>
/// <param name="Offset">First byte in the file.</param>
/// <param name="ByteCount">Its size in the file.</param>
public sealed record TensorEntry(string Name, TensorType Type, IReadOnlyList<long> Shape, long Offset, long ByteCount);
