namespace Cremona.Inference.Kernels;

/// <summary>Cosines and sines of the rotary angles, position · frequency. Grows with the positions in
/// use. Not thread-safe while growing.</summary>
public sealed class RotaryTable
{
    private readonly double[] _frequencies;
    private readonly double _amplitude;
    private float[] _cosines = []; // [positions, headDimension / 2]
    private float[] _sines = []; // [positions, headDimension / 2]

    /// <summary>Plain frequencies, theta^(-2i/headDimension).</summary>
    /// <param name="headDimension">Even.</param>
    /// <param name="theta">Base of the frequencies, positive.</param>
    public RotaryTable(int headDimension, double theta)
        : this(PlainFrequencies(headDimension, theta), 1)
    {
    }

    /// <param name="frequencies">[headDimension / 2], radians per position.</param>
    /// <param name="amplitude">What cosines and sines are multiplied with.</param>
    public RotaryTable(double[] frequencies, double amplitude)
    {
        ArgumentOutOfRangeException.ThrowIfZero(frequencies.Length, nameof(frequencies));
        (_frequencies, _amplitude) = (frequencies, amplitude);
    }

    public int HalfDimension => _frequencies.Length;

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
            for (int position = 0; position < count; position++)
            {
                (double sine, double cosine) = Math.SinCos(position * _frequencies[i]);
                cosines[(position * HalfDimension) + i] = (float)(_amplitude * cosine);
                sines[(position * HalfDimension) + i] = (float)(_amplitude * sine);
            }
        }

        _cosines = cosines;
        _sines = sines;
    }

    /// <summary>theta^(-2i/headDimension).</summary>
    /// <returns>[headDimension / 2], radians per position.</returns>
    internal static double[] PlainFrequencies(int headDimension, double theta)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(headDimension % 2, 0, nameof(headDimension));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(headDimension);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(theta);
        int half = headDimension / 2;
        return [.. Enumerable.Range(0, half).Select(i => Math.Pow(theta, -(double)i / half))];
    }
}
