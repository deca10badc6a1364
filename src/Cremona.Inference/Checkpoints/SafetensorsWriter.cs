using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using Cremona.Inference.Architectures;

namespace Cremona.Inference.Checkpoints;

/// <summary>Writes safetensors files durably. The bytes are a function of the tensors and their order alone.</summary>
public static class SafetensorsWriter
{
    private const int HeaderAlignment = 8;
    private const int ChunkElements = 1 << 18;

    /// <summary>Writes the tensors in the given order.</summary>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="tensors">Names must differ.</param>
    /// <param name="type">Element type of all of them.</param>
    public static void Write(string path, IReadOnlyList<NamedTensor> tensors, TensorType type) =>
        DurableFile.Write(path, stream => Write(stream, tensors, type));

    /// <summary>Writes the tensors to a stream.</summary>
    public static void Write(Stream stream, IReadOnlyList<NamedTensor> tensors, TensorType type)
    {
        byte[] header = Header(tensors, type);
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)header.Length);
        stream.Write(prefix);
        stream.Write(header);
        byte[] chunk = new byte[ChunkElements * type.ByteSize()];
        foreach (NamedTensor tensor in tensors)
        {
            for (int done = 0; done < tensor.Values.Length; done += ChunkElements)
            {
                int count = Math.Min(ChunkElements, tensor.Values.Length - done);
                Span<byte> bytes = chunk.AsSpan(0, count * type.ByteSize());
                TensorTypes.Encode(type, tensor.Values.AsSpan(done, count), bytes);
                stream.Write(bytes);
            }
        }
    }

    private static byte[] Header(IReadOnlyList<NamedTensor> tensors, TensorType type)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            json.WriteString("format", "pt");
            json.WriteEndObject();
            long offset = 0;
            foreach (NamedTensor tensor in tensors)
            {
                long end = offset + ((long)tensor.Values.Length * type.ByteSize());
                WriteEntry(json, tensor, type, offset, end);
                offset = end;
            }

            json.WriteEndObject();
        }

        // Padded with spaces so that the data is aligned, as the format advises.
        int length = (buffer.WrittenCount + HeaderAlignment - 1) / HeaderAlignment * HeaderAlignment;
        byte[] header = new byte[length];
        header.AsSpan().Fill((byte)' ');
        buffer.WrittenSpan.CopyTo(header);
        return header;
    }

    private static void WriteEntry(Utf8JsonWriter json, NamedTensor tensor, TensorType type, long offset, long end)
    {
        if (tensor.Shape.Aggregate(1L, (product, size) => product * size) != tensor.Values.Length)
        {
            throw new ArgumentException($"{tensor.Name}: the shape does not fit the number of values", nameof(tensor));
        }

        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", type.ToString());
        json.WriteStartArray("shape");
        foreach (int size in tensor.Shape)
        {
            json.WriteNumberValue(size);
        }

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
