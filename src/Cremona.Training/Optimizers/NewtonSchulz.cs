using Cremona.Inference.Kernels;
using Cremona.Training.Backward;

namespace Cremona.Training.Optimizers;

/// <summary>Brings all singular values of a matrix near 1 and keeps its singular vectors: five steps of a quintic
/// iteration whose constants make small values grow fast and let large ones end between 0.7 and 1.2 (Jordan et al.,
/// 2024).</summary>
/// <param name="pool">Computes.</param>
/// <param name="lengthMax">Elements of the largest matrix.</param>
/// <param name="sideMax">The largest shorter side.</param>
public sealed class NewtonSchulz(ComputePool pool, int lengthMax, int sideMax)
{
    private const int StepCount = 5;
    private const float A = 3.4445f;
    private const float B = -4.7750f;
    private const float C = 2.0315f;
    private const float Epsilon = 1e-7f;

    private readonly float[] _other = new float[lengthMax];
    private readonly float[] _gram = new float[sideMax * sideMax];
    private readonly float[] _polynomial = new float[sideMax * sideMax];

    /// <summary>The matrix is written here before <see cref="Run"/>, row-major from the beginning; overwritten by
    /// it.</summary>
    public float[] Input { get; } = new float[lengthMax];

    /// <summary>Runs the iteration.</summary>
    /// <returns>[rows, columns], good until the next run.</returns>
    public ReadOnlySpan<float> Run(int rows, int columns)
    {
        (float[] x, float[] y) = (Input, _other);
        Span<float> start = x.AsSpan(0, rows * columns);
        Elementwise.Scale(start, 1 / ((float)Math.Sqrt(Elementwise.SumOfSquares(start)) + Epsilon));
        for (int step = 0; step < StepCount; step++)
        {
            if (rows <= columns) StepOnRows(x.AsSpan(0, rows * columns), y.AsSpan(0, rows * columns), rows, columns);
            else StepOnColumns(x.AsSpan(0, rows * columns), y.AsSpan(0, rows * columns), rows, columns);
            (x, y) = (y, x);
        }

        return x.AsSpan(0, rows * columns);
    }

    // y = a·x + (b·g + c·g²)·x with g = x·xᵀ
    private void StepOnRows(ReadOnlySpan<float> x, Span<float> y, int rows, int columns)
    {
        MatrixMultiply.NT(pool, x, x, _gram.AsSpan(0, rows * rows), rows, rows, columns);
        MatrixMultiply.NN(pool, Polynomial(rows), x, y, rows, columns, rows);
    }

    // y = a·x + x·(b·g + c·g²) with g = xᵀ·x
    private void StepOnColumns(ReadOnlySpan<float> x, Span<float> y, int rows, int columns)
    {
        MatrixMultiply.TN(pool, x, x, _gram.AsSpan(0, columns * columns), columns, columns, rows);
        MatrixMultiply.NN(pool, x, Polynomial(columns), y, rows, columns, columns);
    }

    // a·1 + b·g + c·g²
    private ReadOnlySpan<float> Polynomial(int side)
    {
        Span<float> gram = _gram.AsSpan(0, side * side);
        Span<float> polynomial = _polynomial.AsSpan(0, side * side);
        MatrixMultiply.NN(pool, gram, gram, polynomial, side, side, side);
        for (int i = 0; i < polynomial.Length; i++) polynomial[i] = (B * gram[i]) + (C * polynomial[i]);
        for (int i = 0; i < side; i++) polynomial[(i * side) + i] += A;
        return polynomial;
    }
}
