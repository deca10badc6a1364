using System.Buffers;
using Cremona.Inference.Architectures;

namespace Cremona.Inference.Checkpoints.Gguf;

/// <summary>A GGUF file (versions 2 and 3), opened for reading. Elements of any supported type come out as float32.
/// Every size, offset and count is checked before it is used. Format: docs/gguf.md of github.com/ggml-org/ggml. Not
/// thread-safe.</summary>
public sealed class GgufFile : IDisposable
{
    internal const uint Magic = 0x46554747; // "GGUF"
    internal const string AlignmentKey = "general.alignment";
    internal const int DefaultAlignment = 32;

    private const int AlignmentMax = 1 << 16;
    private const int DimensionsMax = 4;
    private const int TensorBytesMin = 32; // name, dimensions, type and offset
    private const int ChunkBytes = 1 << 20;

    private readonly FileStream _stream;
    private readonly Dictionary<string, GgufTensor> _tensors = new(StringComparer.Ordinal);

    private GgufFile(string path, FileStream stream)
    {
        Path = path;
        _stream = stream;
        var reader = new GgufReader(stream);
        if (reader.UInt32("the magic number") != Magic) throw new InvalidDataException("this is no GGUF file");
        uint version = reader.UInt32("the version");
        if (version is not (2 or 3)) throw new InvalidDataException($"version {version}; 2 and 3 are supported");
        long tensorCount = reader.Count("the number of tensors", TensorBytesMin);
        long valueCount = reader.Count("the number of metadata values", GgufMetadata.BytesMin);
        Metadata = new GgufMetadata(reader, valueCount);
        ReadTensors(reader, tensorCount);
    }

    public string Path { get; }

    public GgufMetadata Metadata { get; }

    public IReadOnlyCollection<GgufTensor> Tensors => _tensors.Values;

    /// <summary>Opens the file and checks its header.</summary>
    /// <exception cref="InvalidDataException">The file is corrupt or of a kind that is not read; the message names it
    /// and the fault.</exception>
    public static GgufFile Open(string path)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
        try
        {
            return new GgufFile(path, stream);
        }
        catch (InvalidDataException e)
        {
            stream.Dispose();
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    public GgufTensor? Find(string name) => _tensors.GetValueOrDefault(name);

    /// <summary>The tensor of this name.</summary>
    /// <exception cref="InvalidDataException">It is missing or has another shape.</exception>
    public GgufTensor Check(string name, params ReadOnlySpan<int> shape)
    {
        GgufTensor tensor = Find(name) ?? throw new InvalidDataException($"{Path}: tensor {name} is missing");
        bool isEqual = tensor.Shape.Count == shape.Length;
        for (int i = 0; isEqual && i < shape.Length; i++) isEqual = tensor.Shape[i] == shape[i];
        return isEqual ? tensor : throw new InvalidDataException(
            $"{Path}: tensor {name} has shape [{string.Join(", ", tensor.Shape)}], "
            + $"expected [{string.Join(", ", shape.ToArray())}]");
    }

    /// <summary>Reads a tensor of exactly this shape.</summary>
    /// <exception cref="InvalidDataException">It is missing or has another shape.</exception>
    public float[] Read(string name, params ReadOnlySpan<int> shape)
    {
        GgufTensor tensor = Check(name, shape);
        float[] values = new float[tensor.ByteCount / tensor.Type.BlockBytes() * tensor.Type.BlockSize()];
        ReadRows(name, 0, values, shape);
        return values;
    }

    /// <inheritdoc cref="ITensorReader.ReadRows"/>
    public void ReadRows(string name, int firstRow, Span<float> rows, params ReadOnlySpan<int> shape)
    {
        GgufTensor tensor = Check(name, shape);
        int blockBytes = tensor.Type.BlockBytes();
        int blockSize = tensor.Type.BlockSize();
        long offset = (long)firstRow * (shape[^1] / blockSize) * blockBytes;
        long length = rows.Length / blockSize * (long)blockBytes;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, tensor.ByteCount, nameof(rows));
        byte[] chunk = ArrayPool<byte>.Shared.Rent((int)Math.Min(ChunkBytes, length));
        _stream.Position = tensor.Offset + offset;
        while (rows.Length > 0)
        {
            int count = Math.Min(rows.Length / blockSize, ChunkBytes / blockBytes);
            Span<byte> bytes = chunk.AsSpan(0, count * blockBytes);
            _stream.ReadExactly(bytes);
            GgufBlocks.Decode(tensor.Type, bytes, rows[..(count * blockSize)]);
            rows = rows[(count * blockSize)..];
        }

        ArrayPool<byte>.Shared.Return(chunk);
    }

    public void Dispose() => _stream.Dispose();

    private void ReadTensors(GgufReader reader, long count)
    {
        var tensors = new List<GgufTensor>();
        for (long i = 0; i < count; i++) tensors.Add(ReadTensor(reader));

        int alignment = Metadata.FindInteger(AlignmentKey, 1, AlignmentMax) ?? DefaultAlignment;
        long start = (reader.Position + alignment - 1) / alignment * alignment;
        long end = start;
        foreach (GgufTensor tensor in tensors.OrderBy(tensor => tensor.Offset))
        {
            if (tensor.Offset % alignment != 0 || tensor.Offset > _stream.Length - start - tensor.ByteCount)
            {
                throw new InvalidDataException($"tensor {tensor.Name} lies outside the file, or not on its boundaries");
            }

            if (start + tensor.Offset < end) throw new InvalidDataException($"tensor {tensor.Name} overlaps another");
            end = start + tensor.Offset + tensor.ByteCount;
            if (!_tensors.TryAdd(tensor.Name, tensor with { Offset = start + tensor.Offset }))
            {
                throw new InvalidDataException($"tensor {tensor.Name} is there twice");
            }
        }
    }

    /// <summary>A tensor whose offset counts from the start of the data.</summary>
    private static GgufTensor ReadTensor(GgufReader reader)
    {
        string name = reader.Text("a tensor's name");
        uint dimensions = reader.UInt32(name);
        if (dimensions is 0 or > DimensionsMax)
        {
            throw new InvalidDataException($"tensor {name} has {dimensions} dimensions; 1 to {DimensionsMax} are possible");
        }

        long[] shape = new long[dimensions];
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            ulong size = reader.UInt64(name);
            shape[i] = size is > 0 and <= int.MaxValue
                ? (long)size
                : throw new InvalidDataException($"tensor {name} has the size {size} in one dimension");
        }

        var type = (GgufType)reader.UInt32(name);
        if (!Enum.IsDefined(type))
        {
            throw new InvalidDataException(
                $"tensor {name} is of type {(int)type}; supported are {string.Join(", ", Enum.GetNames<GgufType>())}");
        }

        ulong offset = reader.UInt64(name);
        if (offset > long.MaxValue / 2) throw new InvalidDataException($"tensor {name} lies outside the file");
        return new GgufTensor(name, type, shape, (long)offset, ByteCount(name, type, shape));
    }

    private static long ByteCount(string name, GgufType type, long[] shape)
    {
        if (shape[^1] % type.BlockSize() != 0)
        {
            throw new InvalidDataException(
                $"tensor {name} has rows of {shape[^1]}, no whole number of blocks of {type.BlockSize()}");
        }

        // Elements are numbered by 32 bits once they are in memory.
        UInt128 elements = shape.Aggregate(UInt128.One, (product, size) => product * (UInt128)size);
        return elements <= (UInt128)Array.MaxLength
            ? (long)elements / type.BlockSize() * type.BlockBytes()
            : throw new InvalidDataException($"tensor {name} has {elements} elements; at most {Array.MaxLength} are read");
    }
}
