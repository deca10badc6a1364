namespace Cremona.Inference.Kernels;

/// <summary>How the weights of linear layers and embedding lie in memory while a model is served.</summary>
public enum WeightFormat
{
    /// <summary>Float32, 32 bits a weight: the numbers that training uses.</summary>
    F32,

    /// <summary>The upper half of a float32, 16 bits a weight; products and sums are float32.</summary>
    BF16,

    /// <summary>8-bit integers in blocks of 32 with one bfloat16 scale, 8.5 bits a weight; activations are rounded to
    /// 8-bit integers per block.</summary>
    Q8,

    /// <summary>As <see cref="Q8"/> with 4-bit weights, 4.5 bits a weight.</summary>
    Q4,
}
