using Cremona.Training.Checkpoints;
using CsCheck;

namespace Cremona.Training.Tests.Checkpoints;

/// <summary>Trainer states, a fixed one and any.</summary>
internal static class SampleState
{
    public static readonly Gen<TrainerState> Any =
        from fingerprint in Gen.String
        from position in Gen.Long
        from losses in Gen.Select(Gen.Double, Gen.Double.Nullable()).Array[0, 6]
        from tensors in AnyTensor.Array[0, 4]
        select new TrainerState
        {
            Fingerprint = Utf8(fingerprint),
            Step = losses.Length,
            DataPosition = position,
            BestValidationLoss = double.PositiveInfinity,
            History = [.. losses.Select((loss, i) =>
                new TrainingStep(i + 1, 9, loss.Item1, NotNaN(loss.Item2), i * 3L))],
            Tensors = tensors,
        };

    private static Gen<TensorState> AnyTensor =>
        from name in Gen.String
        from length in Gen.Int[0, 40]
        from hasSecond in Gen.Bool
        from values in Gen.Float.Array[3 * length]
        select new TensorState(
            Utf8(name), values[..length], values[length..(2 * length)], hasSecond ? values[(2 * length)..] : []);

    public static TrainerState At(int step, string fingerprint = "run") => new()
    {
        Fingerprint = fingerprint,
        Step = step,
        DataPosition = step,
        BestValidationLoss = 1.5,
        History = [.. Enumerable.Range(1, step).Select(i =>
            new TrainingStep(i, 9, 2.0 / i, i % 2 == 0 ? 1.5 : null, 10L * i))],
        Tensors = [new TensorState("a", [1, 2, step], [0.1f, 0.2f, 0.3f], [3, 4, 5])],
    };

    // Half a surrogate pair has no UTF-8; names and fingerprints never have one.
    private static string Utf8(string text) => new([.. text.Where(c => !char.IsSurrogate(c))]);

    private static double? NotNaN(double? value) => value is { } number && double.IsNaN(number) ? null : value;
}
