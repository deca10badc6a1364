namespace Cremona.Inference.Checkpoints.Gguf;

/// <summary>A tensor of a GGUF file.</summary>
/// <param name="Name">Its full name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its sizes, outermost first; the file has them the other way round.</param>
/// <param name="Offset">First byte in the file.</param>
/// <param name="ByteCount">Its size in the file.</param>
public sealed record GgufTensor(string Name, GgufType Type, IReadOnlyList<long> Shape, long Offset, long ByteCount);
