using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Cremona.Inference.Kernels;

namespace Cremona.Inference.Checkpoints;

/// <summary>Sizes and conversions of <see cref="TensorType"/>; the files are little-endian.</summary>
internal static class TensorTypes
{
    public static int ByteSize(this TensorType type) => type == TensorType.F32 ? 4 : 2;

    /// <summary>Bytes of a file to float32, exactly.</summary>
    public static void Decode(TensorType type, ReadOnlySpan<byte> bytes, Span<float> values)
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("Tensor files are read on little-endian machines only.");
        }

        switch (type)
        {
            case TensorType.F32:
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(values);
                break;
            case TensorType.F16:
                ReadOnlySpan<Half> halfFloats = MemoryMarshal.Cast<byte, Half>(bytes);
                for (int i = 0; i < halfFloats.Length; i++)
                {
                    values[i] = (float)halfFloats[i];
                }

                break;
            default:
                ReadOnlySpan<ushort> brainFloats = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (int i = 0; i < brainFloats.Length; i++)
                {
                    values[i] = BrainFloat.ToSingle(brainFloats[i]);
                }

                break;
        }
    }

    /// <summary>Float32 to bytes of a file; F16 and BF16 round to nearest, ties to even.</summary>
    public static void Encode(TensorType type, ReadOnlySpan<float> values, Span<byte> bytes)
    {
        switch (type)
        {
            case TensorType.F32:
                MemoryMarshal.Cast<float, byte>(values).CopyTo(bytes);
                break;
            case TensorType.F16:
                Span<Half> targets = MemoryMarshal.Cast<byte, Half>(bytes);
                for (int i = 0; i < values.Length; i++)
                {
                    targets[i] = (Half)values[i];
                }

                break;
            default:
                for (int i = 0; i < values.Length; i++)
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(bytes[(2 * i)..], BrainFloat.FromSingle(values[i]));
                }

                break;
        }
    }
}
