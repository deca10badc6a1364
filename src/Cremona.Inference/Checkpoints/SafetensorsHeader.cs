using System.Buffers.Binary;
using System.Text.Json;

namespace Cremona.Inference.Checkpoints;

/// <summary>Reads and checks the header of a safetensors file: 8 bytes of length, then a JSON object of tensors. Every
/// number is checked against the length of the file before it is used. Format:
/// github.com/huggingface/safetensors.</summary>
internal static class SafetensorsHeader
{
    private const int PrefixBytes = 8;
    private const long HeaderBytesMax = 100_000_000;
    private const int DimensionsMax = 8;

    /// <exception cref="InvalidDataException">The header is not what the format asks for; the message names the
    /// fault.</exception>
    public static IReadOnlyList<TensorEntry> Read(Stream file)
    {
        long headerBytes = ReadHeaderLength(file);
        byte[] json = new byte[headerBytes];
        file.ReadExactly(json);
        long dataStart = PrefixBytes + headerBytes;
        try
        {
            using var document = JsonDocument.Parse(json);
            return ReadEntries(document.RootElement, dataStart, file.Length - dataStart);
        }
        // the latter for texts that are no UTF-8
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"the header is no JSON: {e.Message}", e);
        }
    }

    private static long ReadHeaderLength(Stream file)
    {
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        if (file.Length < PrefixBytes)
        {
            throw new InvalidDataException($"{file.Length} bytes are too few for a safetensors file");
        }

        file.ReadExactly(prefix);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        long max = Math.Min(HeaderBytesMax, file.Length - PrefixBytes);
        return length <= (ulong)max
            ? (long)length
            : throw new InvalidDataException($"the header claims {length} bytes, at most {max} are possible");
    }

    private static List<TensorEntry> ReadEntries(JsonElement root, long dataStart, long dataBytes)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidDataException("the header is not a JSON object");
        }

        var entries = new List<TensorEntry>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (property.Name == "__metadata__")
            {
                continue;
            }

            if (!names.Add(property.Name))
            {
                throw new InvalidDataException($"tensor {property.Name} is there twice");
            }

            entries.Add(ReadEntry(property.Name, property.Value, dataStart, dataBytes));
        }

        RefuseOverlaps(entries);
        return entries;
    }

    private static TensorEntry ReadEntry(string name, JsonElement value, long dataStart, long dataBytes)
    {
        if (value.ValueKind != JsonValueKind.Object
            || !value.TryGetProperty("dtype", out JsonElement type) || type.ValueKind != JsonValueKind.String)
        {
            throw new InvalidDataException($"tensor {name} has no dtype");
        }

        if (!Enum.TryParse(type.GetString(), out TensorType tensorType) || !Enum.IsDefined(tensorType))
        {
            throw new InvalidDataException($"tensor {name} has dtype {type.GetString()}; F32, F16 and BF16 are supported");
        }

        long[] shape = ReadNumbers(name, value, "shape", DimensionsMax);
        long[] offsets = ReadNumbers(name, value, "data_offsets", 2);
        if (offsets.Length != 2 || offsets[0] > offsets[1] || offsets[1] > dataBytes)
        {
            throw new InvalidDataException($"tensor {name} has data_offsets outside the file's {dataBytes} bytes of data");
        }

        long byteCount = offsets[1] - offsets[0];
        if (ByteCount(shape, tensorType) != byteCount)
        {
            throw new InvalidDataException(
                $"tensor {name} of shape [{string.Join(", ", shape)}] does not fit its {byteCount} bytes of data");
        }

        return new TensorEntry(name, tensorType, shape, dataStart + offsets[0], byteCount);
    }

    private static long[] ReadNumbers(string name, JsonElement value, string field, int countMax)
    {
        if (!value.TryGetProperty(field, out JsonElement list) || list.ValueKind != JsonValueKind.Array
            || list.GetArrayLength() > countMax)
        {
            throw new InvalidDataException($"tensor {name}: {field} is not a list of at most {countMax} numbers");
        }

        return [.. list.EnumerateArray().Select(item =>
            item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out long number) && number >= 0
                ? number
                : throw new InvalidDataException($"tensor {name}: {field} holds {item.GetRawText()}"))];
    }

    private static long ByteCount(long[] shape, TensorType type)
    {
        try
        {
            return shape.Aggregate((long)type.ByteSize(), (product, size) => checked(product * size));
        }
        catch (OverflowException)
        {
            return -1;
        }
    }

    private static void RefuseOverlaps(List<TensorEntry> entries)
    {
        long end = 0;
        foreach (TensorEntry entry in entries.Where(entry => entry.ByteCount > 0).OrderBy(entry => entry.Offset))
        {
            if (entry.Offset < end)
            {
                throw new InvalidDataException($"tensor {entry.Name} overlaps another");
            }

            end = entry.Offset + entry.ByteCount;
        }
    }
}
