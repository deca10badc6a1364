using System.Buffers;
using Cremona.Inference.Architectures;

namespace Cremona.Inference.Checkpoints;

/// <summary>A safetensors file, opened for reading. Elements of any supported type come out as float32. Not
/// thread-safe.</summary>
public sealed class SafetensorsFile : IDisposable
{
    private const int ChunkBytes = 1 << 20;

    private readonly FileStream _stream;
    private readonly Dictionary<string, TensorEntry> _entries;

    private SafetensorsFile(string path, FileStream stream, IReadOnlyList<TensorEntry> entries)
    {
        Path = path;
        _stream = stream;
        Entries = entries;
        _entries = entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
    }

    public string Path { get; }

    /// <summary>In the order of the header.</summary>
    public IReadOnlyList<TensorEntry> Entries { get; }

    /// <summary>Opens the file and checks its header.</summary>
    /// <exception cref="InvalidDataException">The file is corrupt; the message names it and the fault.</exception>
    public static SafetensorsFile Open(string path)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        try
        {
            return new SafetensorsFile(path, stream, SafetensorsHeader.Read(stream));
        }
        catch (InvalidDataException e)
        {
            stream.Dispose();
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    public TensorEntry? Find(string name) => _entries.GetValueOrDefault(name);

    /// <summary>The tensor of this name.</summary>
    /// <exception cref="InvalidDataException">It is missing or has another shape.</exception>
    public TensorEntry Check(string name, params ReadOnlySpan<int> shape)
    {
        TensorEntry entry = Find(name) ?? throw new InvalidDataException($"{Path}: tensor {name} is missing");
        if (!HasShape(entry, shape))
        {
            throw new InvalidDataException(
                $"{Path}: tensor {name} has shape [{string.Join(", ", entry.Shape)}], expected [{string.Join(", ", shape.ToArray())}]");
        }

        return entry;
    }

    /// <summary>Reads a tensor.</summary>
    /// <exception cref="InvalidDataException">It is missing or has another shape.</exception>
    public float[] Read(string name, params ReadOnlySpan<int> shape)
    {
        TensorEntry entry = Check(name, shape);
        float[] values = new float[entry.ByteCount / entry.Type.ByteSize()];
        ReadRows(name, 0, values, shape);
        return values;
    }

    /// <inheritdoc cref="ITensorReader.ReadRows"/>
    public void ReadRows(string name, int firstRow, Span<float> rows, params ReadOnlySpan<int> shape)
    {
        TensorEntry entry = Check(name, shape);
        int size = entry.Type.ByteSize();
        long offset = (long)firstRow * shape[^1] * size;
        long length = (long)rows.Length * size;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, entry.ByteCount, nameof(rows));
        byte[] chunk = ArrayPool<byte>.Shared.Rent((int)Math.Min(ChunkBytes, length));
        _stream.Position = entry.Offset + offset;
        while (rows.Length > 0)
        {
            int count = Math.Min(rows.Length, ChunkBytes / size);
            Span<byte> bytes = chunk.AsSpan(0, count * size);
            _stream.ReadExactly(bytes);
            TensorTypes.Decode(entry.Type, bytes, rows[..count]);
            rows = rows[count..];
        }

        ArrayPool<byte>.Shared.Return(chunk);
    }

    public void Dispose() => _stream.Dispose();

    private static bool HasShape(TensorEntry entry, ReadOnlySpan<int> shape)
    {
        bool isEqual = entry.Shape.Count == shape.Length;
        for (int i = 0; isEqual && i < shape.Length; i++)
        {
            isEqual = entry.Shape[i] == shape[i];
        }

        return isEqual;
    }
}
