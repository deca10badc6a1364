namespace Cremona.Inference.Architectures;

/// <summary>The tensors of a decoder by the names of Hugging Face, read as float32. Not thread-safe.</summary>
public interface ITensorReader : IDisposable
{
    bool Contains(string name);

    /// <summary>Finds out whether the tensor could be read, without reading it.</summary>
    /// <exception cref="InvalidDataException">It is missing or has another shape.</exception>
    void Check(string name, params ReadOnlySpan<int> shape);

    /// <summary>Reads some rows of a tensor of exactly this shape; a vector is one row.</summary>
    /// <param name="name">Its full name.</param>
    /// <param name="firstRow">From 0.</param>
    /// <param name="rows">Whole rows, written; none beyond the last.</param>
    /// <param name="shape">[rows, width] or [width].</param>
    /// <exception cref="InvalidDataException">It is missing or has another shape.</exception>
    void ReadRows(string name, int firstRow, Span<float> rows, params ReadOnlySpan<int> shape);

    /// <summary>Reads a tensor of exactly this shape.</summary>
    /// <exception cref="InvalidDataException">It is missing or has another shape.</exception>
    float[] Read(string name, params ReadOnlySpan<int> shape)
    {
        Check(name, shape);
        long length = 1;
        foreach (int size in shape) length *= size;
        float[] values = new float[length];
        ReadRows(name, 0, values, shape);
        return values;
    }
}
