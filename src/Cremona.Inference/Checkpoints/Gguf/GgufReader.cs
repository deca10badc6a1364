using System.Buffers.Binary;
using System.Text;

namespace Cremona.Inference.Checkpoints.Gguf;

/// <summary>Reads numbers and texts of a GGUF header. Every length is checked against what is left of the file, and
/// of texts against what a model has, before anything is allocated.</summary>
internal sealed class GgufReader(Stream file)
{
    private const int TextBytesMax = 128 << 20; // The longest is a tokenizer.json, which is as long at most.

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    public long Position
    {
        get => file.Position;
        set => file.Position = value;
    }

    public long Left => file.Length - file.Position;

    public uint UInt32(string what)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        Read(bytes, what);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    public ulong UInt64(string what)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        Read(bytes, what);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    /// <summary>How many things follow.</summary>
    /// <param name="what">Their name, for the fault.</param>
    /// <param name="bytesMin">The least that each takes in the file.</param>
    public long Count(string what, int bytesMin)
    {
        ulong count = UInt64(what);
        long max = Left / bytesMin;
        return count <= (ulong)max
            ? (long)count
            : throw new InvalidDataException($"{what} is {count}; what is left of the file holds {max} at most");
    }

    public string Text(string what)
    {
        long length = Count($"the length of {what}", 1);
        if (length > TextBytesMax)
            throw new InvalidDataException($"{what} has {length} bytes; at most {TextBytesMax} are read");

        byte[] bytes = new byte[length];
        Read(bytes, what);
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException($"{what} is no UTF-8", e);
        }
    }

    public void Skip(long count, string what)
    {
        if (count > Left) throw new InvalidDataException($"the file ends within {what}");
        Position += count;
    }

    public void Read(Span<byte> bytes, string what)
    {
        if (bytes.Length > Left) throw new InvalidDataException($"the file ends within {what}");
        file.ReadExactly(bytes);
    }
}
