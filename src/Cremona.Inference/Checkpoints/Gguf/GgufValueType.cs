namespace Cremona.Inference.Checkpoints.Gguf;

/// <summary>Types of metadata values, by their numbers in the format.</summary>
internal enum GgufValueType : uint
{
    UInt8,
    Int8,
    UInt16,
    Int16,
    UInt32,
    Int32,
    Float32,
    Boolean,
    Text,
    List,
    UInt64,
    Int64,
    Float64,
}
