using Cremona.Inference.Architectures;

namespace Cremona.Inference.Checkpoints.Gguf;

/// <summary>The tensors of a GGUF file by the names and in the order of Hugging Face.</summary>
/// <param name="file">Closed with this.</param>
/// <param name="config">The shape of the model.</param>
/// <param name="turnsPairs">Query and key rows are in the order of <see cref="RotaryOrder"/>.</param>
internal sealed class GgufTensorFile(GgufFile file, DecoderConfig config, bool turnsPairs) : ITensorFile
{
    public bool Contains(string name) => file.Find(GgufTensorNames.FromHuggingFace(name)) is not null;

    public void Check(string name, params ReadOnlySpan<int> shape) =>
        file.Check(GgufTensorNames.FromHuggingFace(name), shape);

    public float[] Read(string name, params ReadOnlySpan<int> shape)
    {
        float[] values = file.Read(GgufTensorNames.FromHuggingFace(name), shape);
        bool isTurned = name.Contains("q_proj", StringComparison.Ordinal)
            || name.Contains("k_proj", StringComparison.Ordinal);
        return turnsPairs && isTurned
            ? RotaryOrder.ToHalves(values, config.HeadDimension, shape.Length == 2 ? shape[1] : 1)
            : values;
    }

    public void Dispose() => file.Dispose();
}
