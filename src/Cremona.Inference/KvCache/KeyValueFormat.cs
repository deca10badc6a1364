namespace Cremona.Inference.KvCache;

/// <summary>How keys and values lie in memory.</summary>
public enum KeyValueFormat
{
    /// <summary>Float32, as they are computed.</summary>
    F32,

    /// <summary>IEEE half precision, 11 significant bits; what is beyond ±65504 becomes that.</summary>
    F16,

    /// <summary>8-bit integers with one float32 scale for each head and position.</summary>
    Q8,
}
