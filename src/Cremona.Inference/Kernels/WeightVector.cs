namespace Cremona.Inference.Kernels;

/// <summary>Where the weights of one vector of outputs begin in a <see cref="QuantizedMatrix"/>.</summary>
/// <param name="values">Of the first block; the next blocks follow.</param>
/// <param name="scales">Of the first block; those of the next block lie 16 further.</param>
internal readonly unsafe struct WeightVector(byte* values, ushort* scales)
{
    public readonly byte* Values = values;
    public readonly ushort* Scales = scales;
}
