namespace Cremona.Inference.Sampling;

/// <summary>Working memory of samplers, shared by the sequences of one engine. Not thread-safe.</summary>
public sealed class SamplingScratch
{
    private Candidate[] _candidates = [];
    private float[] _copy = [];

    /// <summary>A copy of the values, valid until the next call.</summary>
    public ReadOnlySpan<float> Copy(ReadOnlySpan<float> values)
    {
        if (_copy.Length < values.Length) _copy = new float[values.Length];
        values.CopyTo(_copy);
        return _copy.AsSpan(0, values.Length);
    }

    internal Span<Candidate> Candidates(int length)
    {
        if (_candidates.Length < length) _candidates = new Candidate[length];
        return _candidates.AsSpan(0, length);
    }
}
