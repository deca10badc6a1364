using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Cremona.Inference.Scheduling;

/// <summary>What the engines of this process measure, under the meter <see cref="Name"/>. Costs next to nothing while
/// nobody listens.</summary>
public static class EngineMetrics
{
    public const string Name = "Cremona.Inference";

    private static readonly Meter Meter = new(Name);
    private static readonly ConcurrentDictionary<SequenceQueue, byte> Queues = [];

    private static readonly Histogram<int> Rows = Meter.CreateHistogram(
        "cremona.engine.batch.size", "{sequence}", "Sequences in one pass of a model", null,
        new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128] });

    private static readonly Histogram<double> Passes = Meter.CreateHistogram(
        "cremona.engine.pass.duration", "s", "One pass of a model, sampling included", null,
        new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
        });

    private static readonly Histogram<double> Masks = Meter.CreateHistogram(
        "cremona.grammar.mask.duration", "s", "Finding the tokens that a grammar allows, where the engine waits for it",
        null, new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries =
                [0.000005, 0.00001, 0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.005, 0.05],
        });

    private static readonly Histogram<double> Compilations = Meter.CreateHistogram(
        "cremona.grammar.compile.duration", "s", "Compiling the form that an answer is held to", null,
        new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
        });

    static EngineMetrics() => Meter.CreateObservableGauge(
        "cremona.engine.queue.length", () => Queues.Keys.Sum(queue => queue.Length), "{sequence}",
        "Sequences that wait for a place in a batch");

    /// <param name="start">Of <see cref="Stopwatch.GetTimestamp"/>.</param>
    public static void RecordCompilation(long start) =>
        Compilations.Record(Stopwatch.GetElapsedTime(start).TotalSeconds);

    internal static void Watch(SequenceQueue queue) => Queues.TryAdd(queue, 0);

    internal static void Forget(SequenceQueue queue) => Queues.TryRemove(queue, out _);

    /// <param name="rows">Sequences that took part.</param>
    /// <param name="start">Of <see cref="Stopwatch.GetTimestamp"/>.</param>
    internal static void RecordPass(int rows, long start)
    {
        Rows.Record(rows);
        Passes.Record(Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <param name="start">Of <see cref="Stopwatch.GetTimestamp"/>.</param>
    internal static void RecordMask(long start) => Masks.Record(Stopwatch.GetElapsedTime(start).TotalSeconds);
}
