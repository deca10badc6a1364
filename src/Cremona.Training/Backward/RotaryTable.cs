namespace Cremona.Training.Backward;

/// <summary>Rotary position embedding in the half-split layout of Hugging Face: within a head, element i turns with
/// element i + headDimension / 2 by position · theta^(−2i / headDimension). Su et al., 2021.</summary>
public sealed class RotaryTable
{
    private readonly int _half;
    private readonly float[] _cosines; // [positions, headDimension / 2]
    private readonly float[] _sines; // [positions, headDimension / 2]

    public RotaryTable(int positions, int headDimension, double theta)
    {
        _half = headDimension / 2;
        _cosines = new float[positions * _half];
        _sines = new float[positions * _half];
        for (int i = 0; i < _half; i++)
        {
            double frequency = Math.Pow(theta, -2.0 * i / headDimension);
            for (int p = 0; p < positions; p++)
            {
                _cosines[(p * _half) + i] = (float)Math.Cos(p * frequency);
                _sines[(p * _half) + i] = (float)Math.Sin(p * frequency);
            }
        }
    }

    /// <summary>Rotates one head in place.</summary>
    public void Rotate(Span<float> head, int position) => Turn(head, position, 1);

    /// <summary>The gradient of <see cref="Rotate"/>: a rotation is orthogonal, so it turns the gradient back, in
    /// place.</summary>
    public void RotateBack(Span<float> head, int position) => Turn(head, position, -1);

    private void Turn(Span<float> head, int position, float direction)
    {
        var low = head[.._half];
        var high = head[_half..(2 * _half)];
        var cosines = _cosines.AsSpan(position * _half, _half);
        var sines = _sines.AsSpan(position * _half, _half);
        int whole = VectorLanes.Whole(_half);
        for (int i = 0; i < whole; i += VectorLanes.Width)
        {
            var c = VectorLanes.Load(cosines, i);
            var s = VectorLanes.Load(sines, i) * direction;
            var a = VectorLanes.Load(low, i);
            var b = VectorLanes.Load(high, i);
            ((a * c) - (b * s)).Store(low, i);
            ((b * c) + (a * s)).Store(high, i);
        }
        for (int i = whole; i < _half; i++)
        {
            float s = sines[i] * direction;
            float a = low[i];
            low[i] = (a * cosines[i]) - (high[i] * s);
            high[i] = (high[i] * cosines[i]) + (a * s);
        }
    }
}
