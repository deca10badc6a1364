using System.Text;

namespace Cremona.Inference.Checkpoints.Gguf;

/// <summary>Writes a GGUF file (version 3) durably: metadata and tensors in the order they were added. The bytes are a
/// function of what was added alone.</summary>
internal sealed class GgufWriter
{
    private const uint Version = 3;
    private const int ChunkElements = 1 << 18;

    private readonly List<Action<BinaryWriter>> _values = [];
    private readonly List<(string Name, GgufType Type, int[] Shape, Func<float[]> Read)> _tensors = [];

    public void Add(string key, string value) => Add(key, GgufValueType.Text, writer => WriteText(writer, value));

    public void Add(string key, uint value) => Add(key, GgufValueType.UInt32, writer => writer.Write(value));

    public void Add(string key, float value) => Add(key, GgufValueType.Float32, writer => writer.Write(value));

    public void Add(string key, bool value) => Add(key, GgufValueType.Boolean, writer => writer.Write(value));

    public void Add(string key, IReadOnlyList<string> values) => Add(key, GgufValueType.List, writer =>
    {
        writer.Write((uint)GgufValueType.Text);
        writer.Write((ulong)values.Count);
        foreach (string value in values) WriteText(writer, value);
    });

    public void Add(string key, IReadOnlyList<int> values) => Add(key, GgufValueType.List, writer =>
    {
        writer.Write((uint)GgufValueType.Int32);
        writer.Write((ulong)values.Count);
        foreach (int value in values) writer.Write(value);
    });

    public void Add(string key, IReadOnlyList<float> values) => Add(key, GgufValueType.List, writer =>
    {
        writer.Write((uint)GgufValueType.Float32);
        writer.Write((ulong)values.Count);
        foreach (float value in values) writer.Write(value);
    });

    /// <summary>Adds a tensor that is read when it is its turn to be written.</summary>
    /// <param name="name">GGUF's name.</param>
    /// <param name="type">F32, F16, BF16, Q8_0 or Q4_0.</param>
    /// <param name="shape">Outermost first.</param>
    /// <param name="read">Its elements, row-major.</param>
    /// <exception cref="InvalidDataException">Its rows are no whole number of the type's blocks.</exception>
    public void AddTensor(string name, GgufType type, int[] shape, Func<float[]> read)
    {
        if (shape[^1] % type.BlockSize() != 0)
        {
            throw new InvalidDataException(
                $"tensor {name} has rows of {shape[^1]}; {type} needs a multiple of {type.BlockSize()}. Choose F16 or F32");
        }

        _tensors.Add((name, type, shape, read));
    }

    /// <exception cref="IOException">The disk is full or failed.</exception>
    public void Write(string path) => DurableFile.Write(path, stream =>
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(GgufFile.Magic);
        writer.Write(Version);
        writer.Write((ulong)_tensors.Count);
        writer.Write((ulong)_values.Count);
        foreach (Action<BinaryWriter> value in _values) value(writer);
        WriteDirectory(writer);
        writer.Flush();
        Pad(stream);
        foreach ((_, GgufType type, _, Func<float[]> read) in _tensors)
        {
            WriteElements(stream, type, read());
            Pad(stream);
        }
    });

    private void Add(string key, GgufValueType type, Action<BinaryWriter> write) => _values.Add(writer =>
    {
        WriteText(writer, key);
        writer.Write((uint)type);
        write(writer);
    });

    private void WriteDirectory(BinaryWriter writer)
    {
        long offset = 0;
        foreach ((string name, GgufType type, int[] shape, _) in _tensors)
        {
            WriteText(writer, name);
            writer.Write((uint)shape.Length);
            foreach (int size in shape.Reverse()) writer.Write((ulong)size);
            writer.Write((uint)type);
            writer.Write((ulong)offset);
            long elements = shape.Aggregate(1L, (product, size) => product * size);
            offset = Aligned(offset + (elements / type.BlockSize() * type.BlockBytes()));
        }
    }

    private static void WriteElements(Stream stream, GgufType type, float[] values)
    {
        byte[] chunk = new byte[ChunkElements / type.BlockSize() * type.BlockBytes()];
        for (int done = 0; done < values.Length; done += ChunkElements)
        {
            int count = Math.Min(ChunkElements, values.Length - done);
            Span<byte> bytes = chunk.AsSpan(0, count / type.BlockSize() * type.BlockBytes());
            GgufBlocks.Encode(type, values.AsSpan(done, count), bytes);
            stream.Write(bytes);
        }
    }

    private static void WriteText(BinaryWriter writer, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }

    private static void Pad(Stream stream)
    {
        while (stream.Position % GgufFile.DefaultAlignment != 0) stream.WriteByte(0);
    }

    private static long Aligned(long offset) =>
        (offset + GgufFile.DefaultAlignment - 1) / GgufFile.DefaultAlignment * GgufFile.DefaultAlignment;
}
