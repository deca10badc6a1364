namespace Cremona.Inference.Checkpoints.Gguf;

/// <summary>A list of a GGUF file's metadata that was walked over, not read.</summary>
/// <param name="Type">Of its elements.</param>
/// <param name="Count">Elements.</param>
/// <param name="Offset">First byte of the first element in the file.</param>
internal sealed record GgufList(GgufValueType Type, long Count, long Offset);
