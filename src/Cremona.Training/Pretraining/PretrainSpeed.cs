using Cremona.Inference.Architectures;
using Cremona.Training.Backward;

namespace Cremona.Training.Pretraining;

/// <summary>Measures one attempt of a run.</summary>
internal sealed class PretrainSpeed(PretrainRecipe recipe, DecoderConfig config, double matrixRate, TimeProvider clock)
{
    private readonly long _start = clock.GetTimestamp();
    private long _tokens;
    private int _steps;
    private double _operations;
    private double _stepSeconds;

    /// <summary>Runs and times the arithmetic of a step.</summary>
    public T Time<T>(PackedBatch batch, Func<T> step)
    {
        long start = clock.GetTimestamp();
        T result = step();
        _stepSeconds += clock.GetElapsedTime(start).TotalSeconds;
        _operations += TrainingArithmetic.Operations(config, batch);
        _tokens += batch.Tokens.Length;
        _steps++;
        return result;
    }

    public PretrainProgress Report(TrainingStep step, double learningRate)
    {
        TimeSpan elapsed = clock.GetElapsedTime(_start);
        double seconds = Math.Max(elapsed.TotalSeconds, 1e-9);
        return new PretrainProgress(
            step,
            learningRate,
            _tokens / seconds,
            elapsed * ((double)(recipe.Training.StepCount - step.Step) / Math.Max(1, _steps)),
            _operations / Math.Max(_stepSeconds, 1e-9) / matrixRate);
    }
}
