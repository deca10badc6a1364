using System.Buffers.Binary;

namespace Cremona.Inference.Checkpoints.Gguf;

/// <summary>The key/value part of a GGUF file. Scalars are kept; lists are read when asked for. Faults name the
/// key. Not thread-safe.</summary>
public sealed class GgufMetadata
{
    // A key takes a length, a type and a value.
    private const int EntryBytesMin = sizeof(ulong) + sizeof(uint) + 1;

    // Several times the entries of the largest vocabularies and their merges.
    private const int ListEntriesMax = 1 << 22;

    private readonly GgufReader _reader;
    private readonly Dictionary<string, object> _values = new(StringComparer.Ordinal);

    internal GgufMetadata(GgufReader reader, long count)
    {
        _reader = reader;
        for (long i = 0; i < count; i++)
        {
            string key = reader.Text("a metadata key");
            if (!_values.TryAdd(key, ReadValue(key))) throw new InvalidDataException($"metadata {key} is there twice");
        }
    }

    internal static int BytesMin => EntryBytesMin;

    public IReadOnlyCollection<string> Keys => _values.Keys;

    public bool Contains(string key) => _values.ContainsKey(key);

    /// <exception cref="InvalidDataException">It is there and no text.</exception>
    public string? FindText(string key) => Find(key) switch
    {
        null => null,
        string text => text,
        _ => throw new InvalidDataException($"metadata {key} is no text"),
    };

    /// <exception cref="InvalidDataException">It is missing or no text.</exception>
    public string Text(string key) =>
        FindText(key) ?? throw new InvalidDataException($"metadata {key} is missing");

    /// <exception cref="InvalidDataException">It is there and no integer from <paramref name="min"/> to
    /// <paramref name="max"/>.</exception>
    public int? FindInteger(string key, int min, int max) => Find(key) switch
    {
        null => null,
        long number when number >= min && number <= max => (int)number,
        var other => throw new InvalidDataException(
            $"metadata {key} is {Shown(other)}; expected an integer from {min} to {max}"),
    };

    /// <exception cref="InvalidDataException">It is missing or no integer from 1 to
    /// <paramref name="max"/>.</exception>
    public int Size(string key, int max) =>
        FindInteger(key, 1, max) ?? throw new InvalidDataException($"metadata {key} is missing");

    /// <exception cref="InvalidDataException">It is there and no finite number.</exception>
    public double? FindNumber(string key) => Find(key) switch
    {
        null => null,
        double number when double.IsFinite(number) => number,
        long number => number,
        var other => throw new InvalidDataException($"metadata {key} is {Shown(other)}; expected a number"),
    };

    /// <summary>Texts in order, or null when the key is missing.</summary>
    /// <exception cref="InvalidDataException">It is no list of texts.</exception>
    public IReadOnlyList<string>? FindTexts(string key)
    {
        if (Find(key) is not { } value) return null;
        if (value is not GgufList { Type: GgufValueType.Text } list)
        {
            throw new InvalidDataException($"metadata {key} is no list of texts");
        }

        GoTo(key, list);
        var texts = new List<string>();
        for (long i = 0; i < list.Count; i++) texts.Add(_reader.Text($"{key}[{i}]"));
        return texts;
    }

    /// <exception cref="InvalidDataException">It is there and neither true nor false.</exception>
    public bool? FindFlag(string key) => Find(key) switch
    {
        null => null,
        bool flag => flag,
        var other => throw new InvalidDataException($"metadata {key} is {Shown(other)}; expected true or false"),
    };

    /// <summary>32-bit integers in order, or null when the key is missing.</summary>
    /// <exception cref="InvalidDataException">It is no list of 32-bit integers.</exception>
    public int[]? FindIntegers(string key) => Find(key) switch
    {
        null => null,
        GgufList { Type: GgufValueType.Int32 or GgufValueType.UInt32 } list => ReadIntegers(key, list),
        _ => throw new InvalidDataException($"metadata {key} is no list of 32-bit integers"),
    };

    /// <summary>32-bit floats in order, or null when the key is missing.</summary>
    /// <exception cref="InvalidDataException">It is no list of 32-bit floats.</exception>
    public float[]? FindFloats(string key) => Find(key) switch
    {
        null => null,
        GgufList { Type: GgufValueType.Float32 } list =>
            [.. ReadIntegers(key, list).Select(BitConverter.Int32BitsToSingle)],
        _ => throw new InvalidDataException($"metadata {key} is no list of 32-bit floats"),
    };

    private int[] ReadIntegers(string key, GgufList list)
    {
        GoTo(key, list);
        byte[] bytes = new byte[list.Count * sizeof(int)];
        _reader.Read(bytes, key);
        int[] numbers = new int[list.Count];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(i * sizeof(int)));
        }

        return numbers;
    }

    private void GoTo(string key, GgufList list)
    {
        if (list.Count > ListEntriesMax)
        {
            throw new InvalidDataException(
                $"metadata {key} has {list.Count} entries; at most {ListEntriesMax} are read");
        }

        _reader.Position = list.Offset;
    }

    private object? Find(string key) => _values.GetValueOrDefault(key);

    private static string Shown(object value) => value is GgufList ? "a list" : $"{value}";

    private object ReadValue(string key)
    {
        GgufValueType type = ReadType(key);
        if (type == GgufValueType.Text) return _reader.Text(key);
        return type == GgufValueType.List ? ReadList(key) : ReadNumber(key, type);
    }

    private GgufValueType ReadType(string key)
    {
        uint type = _reader.UInt32(key);
        return type <= (uint)GgufValueType.Float64
            ? (GgufValueType)type
            : throw new InvalidDataException($"metadata {key} is of the unknown type {type}");
    }

    private object ReadNumber(string key, GgufValueType type)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        bytes.Clear();
        _reader.Read(bytes[..Width(type)], key);
        return type switch
        {
            GgufValueType.Float32 => (double)BinaryPrimitives.ReadSingleLittleEndian(bytes),
            GgufValueType.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
            GgufValueType.Boolean => bytes[0] != 0,
            GgufValueType.Int8 => (long)(sbyte)bytes[0],
            GgufValueType.Int16 => (long)BinaryPrimitives.ReadInt16LittleEndian(bytes),
            GgufValueType.Int32 => (long)BinaryPrimitives.ReadInt32LittleEndian(bytes),
            _ => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        };
    }

    private GgufList ReadList(string key)
    {
        GgufValueType type = ReadType(key);
        if (type == GgufValueType.List) throw new InvalidDataException($"metadata {key} is a list of lists");
        if (type == GgufValueType.Text)
        {
            long texts = _reader.Count($"the length of {key}", sizeof(ulong));
            long start = _reader.Position;
            for (long i = 0; i < texts; i++) _reader.Skip(_reader.Count($"the length of {key}[{i}]", 1), key);
            return new GgufList(type, texts, start);
        }

        long count = _reader.Count($"the length of {key}", Width(type));
        var list = new GgufList(type, count, _reader.Position);
        _reader.Skip(count * Width(type), key);
        return list;
    }

    private static int Width(GgufValueType type) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Boolean => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
        _ => 8,
    };
}
