using Cremona.Training.Backward;

namespace Cremona.Training.Pretraining;

/// <summary>Random directions at right angles to each other: a subspace that reads and writes nothing of
/// another.</summary>
internal sealed class OrthonormalRows
{
    private readonly double[][] _rows;

    private OrthonormalRows(double[][] rows) => _rows = rows;

    public int Count => _rows.Length;

    /// <summary>Gram and Schmidt's method on normal numbers.</summary>
    /// <param name="count">Directions; together with those of <paramref name="others"/> fewer than
    /// <paramref name="width"/> − <paramref name="skipped"/>.</param>
    /// <param name="width">Coordinates of each.</param>
    /// <param name="skipped">The first coordinates, which stay 0.</param>
    /// <param name="others">Orthonormal among themselves; the new ones are at right angles to them too.</param>
    /// <param name="seed">Of the random numbers.</param>
    /// <param name="stream">Of the random numbers.</param>
    public static OrthonormalRows Create(
        int count, int width, int skipped, IReadOnlyList<OrthonormalRows> others, ulong seed, ulong stream)
    {
        List<double[]> taken = [.. others.SelectMany(other => other._rows)];
        var rows = new double[count][];
        for (int i = 0; i < count; i++)
        {
            double[] row = new double[width];
            for (int j = skipped; j < width; j++)
                row[j] = CounterRandom.Normal(seed, stream, (ulong)((i * width) + j));
            foreach (double[] other in taken) Subtract(row, other, Dot(row, other));
            double norm = Math.Sqrt(Dot(row, row));
            rows[i] = [.. row.Select(value => value / norm)];
            taken.Add(rows[i]);
        }

        return new OrthonormalRows(rows);
    }

    /// <summary>Scaled into one row of a matrix.</summary>
    public void CopyRow(int index, Span<float> destination, float gain)
    {
        for (int j = 0; j < destination.Length; j++) destination[j] = (float)(gain * _rows[index][j]);
    }

    /// <summary>Scaled into the first rows of a matrix [any, width].</summary>
    public void CopyToRows(Span<float> matrix, float gain)
    {
        int width = _rows[0].Length;
        for (int i = 0; i < Count; i++) CopyRow(i, matrix.Slice(i * width, width), gain);
    }

    /// <summary>Scaled into the first columns of a matrix [width, <paramref name="columnCount"/>].</summary>
    public void CopyToColumns(Span<float> matrix, int columnCount, float gain)
    {
        for (int i = 0; i < Count; i++)
            for (int j = 0; j < _rows[i].Length; j++) matrix[(j * columnCount) + i] = (float)(gain * _rows[i][j]);
    }

    private static double Dot(double[] first, double[] second)
    {
        double sum = 0;
        for (int j = 0; j < first.Length; j++) sum += first[j] * second[j];
        return sum;
    }

    private static void Subtract(double[] row, double[] direction, double amount)
    {
        for (int j = 0; j < row.Length; j++) row[j] -= amount * direction[j];
    }
}
