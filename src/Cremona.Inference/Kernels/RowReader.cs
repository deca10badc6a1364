namespace Cremona.Inference.Kernels;

/// <summary>Gives rows of a matrix as float32.</summary>
/// <param name="firstRow">From 0.</param>
/// <param name="rows">Whole rows, written.</param>
internal delegate void RowReader(int firstRow, Span<float> rows);
