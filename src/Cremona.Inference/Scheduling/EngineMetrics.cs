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
    private static readonly ConcurrentDictionary<DecoderEngine, byte> Engines = [];

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

    static EngineMetrics()
    {
        Observe("queue.length", "{sequence}", "Sequences that wait for a place in a batch", engine => engine.QueueLength);
        Observe("pages.held", "{page}", "Cache pages of running sequences", engine => engine.HeldPages);
        Observe("pages.allocated", "{page}", "Cache pages in memory", engine => engine.AllocatedPages);
    }

    /// <param name="start">Of <see cref="Stopwatch.GetTimestamp"/>.</param>
    public static void RecordCompilation(long start) =>
        Compilations.Record(Stopwatch.GetElapsedTime(start).TotalSeconds);

    internal static void Watch(DecoderEngine engine) => Engines.TryAdd(engine, 0);

    internal static void Forget(DecoderEngine engine) => Engines.TryRemove(engine, out _);

    /// <param name="rows">Sequences that took part.</param>
    /// <param name="start">Of <see cref="Stopwatch.GetTimestamp"/>.</param>
    internal static void RecordPass(int rows, long start)
    {
        Rows.Record(rows);
        Passes.Record(Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <param name="start">Of <see cref="Stopwatch.GetTimestamp"/>.</param>
    internal static void RecordMask(long start) => Masks.Record(Stopwatch.GetElapsedTime(start).TotalSeconds);

    // The sum over all engines of the process.
    private static void Observe(string name, string unit, string description, Func<DecoderEngine, int> read) =>
        Meter.CreateObservableGauge($"cremona.engine.{name}", () => Engines.Keys.Sum(read), unit, description);
}
