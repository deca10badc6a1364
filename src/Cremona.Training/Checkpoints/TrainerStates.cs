using Cremona.Training.Backward;
using Cremona.Training.Optimizers;

namespace Cremona.Training.Checkpoints;

/// <summary>Puts a saved state back into a trainer's parameters and an optimiser.</summary>
public static class TrainerStates
{
    /// <summary>The arrays of parameters and moments themselves, not copies: to be written before the next
    /// step.</summary>
    public static IReadOnlyList<TensorState> Capture(IReadOnlyList<TrainableTensor> parameters, IOptimizer optimizer) =>
    [
        .. parameters.Zip(optimizer.State, (parameter, moments) =>
            new TensorState(parameter.Name, parameter.Value, moments.Moment1, moments.Moment2)),
    ];

    /// <summary>Overwrites parameters and moments.</summary>
    /// <exception cref="InvalidDataException">The state has other tensors.</exception>
    public static void Restore(TrainerState state, IReadOnlyList<TrainableTensor> parameters, IOptimizer optimizer)
    {
        if (!Fits(state, parameters, optimizer))
            throw new InvalidDataException("the checkpoint's tensors are not those of this model");
        for (int i = 0; i < parameters.Count; i++)
        {
            state.Tensors[i].Value.CopyTo(parameters[i].Value, 0);
            state.Tensors[i].Moment1.CopyTo(optimizer.State[i].Moment1, 0);
            state.Tensors[i].Moment2.CopyTo(optimizer.State[i].Moment2, 0);
        }

        optimizer.StepCount = state.Step;
    }

    private static bool Fits(TrainerState state, IReadOnlyList<TrainableTensor> parameters, IOptimizer optimizer) =>
        state.Tensors.Select(t => (t.Name, t.Value.Length, t.Moment1.Length, t.Moment2.Length)).SequenceEqual(
            parameters.Zip(optimizer.State, (p, s) => (p.Name, p.Value.Length, s.Moment1.Length, s.Moment2.Length)));
}
