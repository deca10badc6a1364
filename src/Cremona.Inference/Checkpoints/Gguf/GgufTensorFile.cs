using Cremona.Inference.Architectures;

namespace Cremona.Inference.Checkpoints.Gguf;

/// <summary>The tensors of a GGUF file by the names and in the order of Hugging Face.</summary>
/// <param name="file">Closed with this.</param>
/// <param name="config">The shape of the model.</param>
/// <param name="turnsPairs">Query and key rows are in the order of <see cref="RotaryOrder"/>.</param>
internal sealed class GgufTensorFile(GgufFile file, DecoderConfig config, bool turnsPairs) : ITensorReader
{
    public bool Contains(string name) => file.Find(GgufTensorNames.FromHuggingFace(name)) is not null;

    public void Check(string name, params ReadOnlySpan<int> shape) =>
        file.Check(GgufTensorNames.FromHuggingFace(name), shape);

    public void ReadRows(string name, int firstRow, Span<float> rows, params ReadOnlySpan<int> shape)
    {
        string stored = GgufTensorNames.FromHuggingFace(name);
        bool isTurned = turnsPairs && (name.Contains("q_proj", StringComparison.Ordinal)
            || name.Contains("k_proj", StringComparison.Ordinal));
        if (!isTurned)
        {
            file.ReadRows(stored, firstRow, rows, shape);
        }
        else if (shape.Length == 1)
        {
            RotaryOrder.ToHalves(file.Read(stored, shape), config.HeadDimension).CopyTo(rows);
        }
        else
        {
            int width = shape[^1];
            for (int row = firstRow; rows.Length > 0; row++, rows = rows[width..])
                file.ReadRows(stored, RotaryOrder.InPairs(row, config.HeadDimension), rows[..width], shape);
        }
    }

    public void Dispose() => file.Dispose();
}
