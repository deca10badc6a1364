namespace Cremona.Inference.Kernels;

/// <summary>Cosines and sines of the rotary angles, position · theta^(-2i/headDimension). Grows with the positions in
/// use. Not thread-safe while growing.</summary>
public sealed class RotaryTable
{
    private readonly double _theta;
    private float[] _cosines = []; // [positions, headDimension / 2]
    private float[] _sines = []; // [positions, headDimension / 2]

    /// <param name="headDimension">Even.</param>
    /// <param name="theta">Base of the frequencies, positive.</param>
    public RotaryTable(int headDimension, double theta)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(headDimension % 2, 0, nameof(headDimension));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(headDimension);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(theta);
        HalfDimension = headDimension / 2;
        _theta = theta;
    }

    public int HalfDimension { get; }

    public int PositionCount => _cosines.Length / HalfDimension;

    public ReadOnlySpan<float> Cosines(int position) =>
        _cosines.AsSpan(position * HalfDimension, HalfDimension);

    public ReadOnlySpan<float> Sines(int position) =>
        _sines.AsSpan(position * HalfDimension, HalfDimension);

    /// <summary>Makes positions 0 to <paramref name="count"/>, exclusive, available.</summary>
    public void Reserve(int count)
    {
        if (count <= PositionCount) return;
        count = Math.Max(count, 2 * PositionCount);
        var cosines = new float[count * HalfDimension];
        var sines = new float[count * HalfDimension];
        for (int i = 0; i < HalfDimension; i++)
        {
            double frequency = Math.Pow(_theta, -(double)i / HalfDimension);
            for (int position = 0; position < count; position++)
            {
                (double sine, double cosine) = Math.SinCos(position * frequency);
                cosines[(position * HalfDimension) + i] = (float)cosine;
                sines[(position * HalfDimension) + i] = (float)sine;
            }
        }

        _cosines = cosines;
        _sines = sines;
    }
}
