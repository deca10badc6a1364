namespace Cremona.Inference.Sampling;

/// <summary>Working memory of samplers, shared by the sequences of one engine. Not thread-safe.</summary>
public sealed class SamplingScratch
{
    private float[] _copy = [];

    private ulong[] _mask = [];

    internal CandidateRanking Ranking { get; } = new();

    /// <summary>Room for a mask of tokens, valid until the next call.</summary>
    public Span<ulong> Mask(int wordCount)
    {
        if (_mask.Length < wordCount) _mask = new ulong[wordCount];
        return _mask.AsSpan(0, wordCount);
    }

    /// <summary>A copy of the values, valid until the next call.</summary>
    public ReadOnlySpan<float> Copy(ReadOnlySpan<float> values)
    {
        if (_copy.Length < values.Length) _copy = new float[values.Length];
        values.CopyTo(_copy);
        return _copy.AsSpan(0, values.Length);
    }
}
