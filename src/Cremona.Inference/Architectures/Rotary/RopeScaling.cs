using Cremona.Inference.Kernels;

namespace Cremona.Inference.Architectures.Rotary;

/// <summary>How the rotary frequencies of a model were stretched, so that it reaches beyond the positions of its first
/// training.</summary>
public abstract record RopeScaling
{
    /// <summary>What cosines and sines are multiplied with.</summary>
    public virtual double Amplitude => 1;

    /// <summary>Radians per position: theta^(-2i/headDimension), stretched.</summary>
    /// <param name="headDimension">Even.</param>
    /// <param name="theta">Base of the frequencies, above 1.</param>
    /// <returns>[headDimension / 2]</returns>
    /// <exception cref="ArgumentException">The scaling was made for another size of head.</exception>
    public double[] Frequencies(int headDimension, double theta)
    {
        double[] frequencies = RotaryTable.PlainFrequencies(headDimension, theta);
        Stretch(frequencies, theta);
        return frequencies;
    }

    /// <summary>Replaces plain frequencies by stretched ones.</summary>
    protected abstract void Stretch(double[] frequencies, double theta);
}
