namespace Cremona.Inference.Adapters;

/// <summary>The two factors of a low-rank update: y += scaling · B · (A · x). Hu et al., 2021 (LoRA).</summary>
/// <param name="A">Row-major [rank, in].</param>
/// <param name="B">Row-major [out, rank].</param>
public sealed record LoraMatrices(float[] A, float[] B);
