namespace Cremona.Inference.Architectures;

/// <summary>Tensors that are in memory as float32 already.</summary>
internal sealed class TensorsInMemory(IEnumerable<NamedTensor> tensors) : ITensorReader
{
    private readonly Dictionary<string, NamedTensor> _tensors =
        tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);

    public bool Contains(string name) => _tensors.ContainsKey(name);

    public void Check(string name, params ReadOnlySpan<int> shape)
    {
        if (!_tensors.TryGetValue(name, out NamedTensor? tensor))
            throw new InvalidDataException($"tensor {name} is missing");
        if (!shape.SequenceEqual([.. tensor.Shape]))
        {
            throw new InvalidDataException(
                $"tensor {name} has shape [{string.Join(", ", tensor.Shape)}], expected [{string.Join(", ", shape.ToArray())}]");
        }
    }

    public void ReadRows(string name, int firstRow, Span<float> rows, params ReadOnlySpan<int> shape)
    {
        Check(name, shape);
        _tensors[name].Values.AsSpan(firstRow * shape[^1], rows.Length).CopyTo(rows);
    }

    public void Dispose()
    {
    }
}
