namespace Cremona.Inference.Architectures;

/// <summary>A tensor in memory, to be written.</summary>
/// <param name="Name">Its full name.</param>
/// <param name="Values">Its elements, row-major.</param>
/// <param name="Shape">Its sizes, outermost first.</param>
public sealed record NamedTensor(string Name, float[] Values, IReadOnlyList<int> Shape);
