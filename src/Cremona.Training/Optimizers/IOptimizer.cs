namespace Cremona.Training.Optimizers;

/// <summary>Changes parameters along their gradients.</summary>
public interface IOptimizer
{
    /// <summary>The moments in the order of the parameters: the arrays themselves, to be saved or overwritten. An
    /// optimiser that keeps one moment of a tensor has an empty second.</summary>
    IReadOnlyList<(string Name, float[] Moment1, float[] Moment2)> State { get; }

    /// <summary>Steps taken; with <see cref="State"/> it is everything a checkpoint needs.</summary>
    long StepCount { get; set; }

    /// <summary>One update, then all gradients are zero. When the gradient norm is not finite the update is skipped:
    /// parameters, moments and <see cref="StepCount"/> stay as they were.</summary>
    /// <param name="learningRate">Step size.</param>
    /// <param name="gradientNormMax">Gradients are scaled down to this global norm; infinity means never.</param>
    /// <returns>The global gradient norm before clipping.</returns>
    double Step(double learningRate, double gradientNormMax);
}
