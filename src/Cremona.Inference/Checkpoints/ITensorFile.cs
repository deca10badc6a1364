namespace Cremona.Inference.Checkpoints;

/// <summary>Tensors by the names of Hugging Face, read as float32. Not thread-safe.</summary>
public interface ITensorFile : IDisposable
{
    bool Contains(string name);

    /// <summary>Finds out whether the tensor could be read, without reading it.</summary>
    /// <exception cref="InvalidDataException">It is missing or has another shape.</exception>
    void Check(string name, params ReadOnlySpan<int> shape);

    /// <summary>Reads a tensor of exactly this shape.</summary>
    /// <exception cref="InvalidDataException">It is missing or has another shape.</exception>
    float[] Read(string name, params ReadOnlySpan<int> shape);
}
