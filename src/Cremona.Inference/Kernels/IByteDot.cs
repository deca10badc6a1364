namespace Cremona.Inference.Kernels;

/// <summary>What the quantised kernels need from one instruction set, so that they are written once. A vector of sums
/// holds one output per 32-bit lane; a vector of weights holds four neighbouring steps of k for each of those outputs,
/// a vector of activations the same four steps repeated.</summary>
/// <typeparam name="TInteger">The register of 32-bit integers.</typeparam>
/// <typeparam name="TFloat">The register of floats of equal width.</typeparam>
internal unsafe interface IByteDot<TInteger, TFloat>
    where TInteger : struct
    where TFloat : struct
{
    /// <summary>Outputs in a vector.</summary>
    static abstract int Lanes { get; }

    /// <summary>What has to be taken from the sums of 8-bit weights, and whether activations are handed over split into
    /// magnitude and sign.</summary>
    static abstract ByteCorrection BytesCorrection { get; }

    static abstract TInteger Zero { get; }

    static abstract TInteger Add(TInteger a, TInteger b);

    static abstract TInteger Load(byte* source);

    /// <summary>Four bytes, repeated over the vector.</summary>
    static abstract TInteger Broadcast(byte* source);

    /// <summary>The lower four bits of every byte.</summary>
    static abstract TInteger LowNibbles(TInteger weights);

    /// <summary>The upper four bits of every byte.</summary>
    static abstract TInteger HighNibbles(TInteger weights);

    /// <summary>Adds the products of weights in [0, 15] and signed activations. The sums are in a form of their own,
    /// with room for 32 steps; <see cref="WidenNibbles"/> ends them.</summary>
    static abstract TInteger AddNibbles(TInteger sums, TInteger weights, TInteger activations);

    /// <summary>Sums of <see cref="AddNibbles"/> as 32-bit lanes.</summary>
    static abstract TInteger WidenNibbles(TInteger sums);

    /// <summary>Brings signed 8-bit weights into the form that <see cref="AddBytes"/> takes.</summary>
    static abstract TInteger PrepareBytes(TInteger weights);

    /// <summary>Adds the products of prepared weights and activations, up to the correction.</summary>
    /// <param name="sums">32-bit lanes.</param>
    /// <param name="weights">Of <see cref="PrepareBytes"/>.</param>
    /// <param name="activations">Signed, or their magnitudes when split.</param>
    /// <param name="signs">0 or -1 in every byte when split, otherwise not used.</param>
    static abstract TInteger AddBytes(TInteger sums, TInteger weights, TInteger activations, TInteger signs);

    /// <summary>As many bfloat16 scales as there are lanes.</summary>
    static abstract TFloat LoadScales(ushort* source);

    /// <summary>totals + (sums - correction) · (weightScales · activationScale), the last step rounded once where the
    /// hardware can.</summary>
    static abstract TFloat AddScaled(
        TFloat totals, TInteger sums, int correction, TFloat weightScales, float activationScale);

    static abstract TFloat LoadTotals(float* source);

    static abstract void StoreTotals(float* destination, TFloat totals);
}
