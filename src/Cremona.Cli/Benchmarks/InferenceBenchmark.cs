using System.Runtime.InteropServices;
using Cremona.Inference.Adapters;
using Cremona.Inference.Checkpoints.Gguf;
using Cremona.Inference.Kernels;
using Cremona.Inference.KvCache;

namespace Cremona.Cli.Benchmarks;

/// <summary>Measures prompts and generation on random models, in turns with llama.cpp where it is given: every repeat
/// runs each measure on both sides, the first side changing, so that what else the machine does hits both.</summary>
/// <param name="peer">llama.cpp, or null.</param>
/// <param name="threads">Threads of either side.</param>
/// <param name="repeats">Measurements of each cell, after one that warms up.</param>
/// <param name="cache">How Cremona's keys and values lie in memory.</param>
/// <param name="hasLongContext">Measures a context of 16 000 tokens too.</param>
/// <param name="tell">Called with what is being done.</param>
internal sealed class InferenceBenchmark(
    LlamaPeer? peer, int threads, int repeats, KeyValueFormat cache, bool hasLongContext, Action<string> tell)
{
    private const int PeerContextTokens = 640;
    private const int PromptTokens = 512;
    private const int Sequences = 8;

    private readonly List<InferenceCell> _cells = [];
    private readonly Dictionary<string, double> _readOfWeights = [];
    private readonly Dictionary<string, double> _shares = [];
    private readonly List<RelativeFigure> _relatives = [];
    private string? _peerSystem;

    public async Task<InferenceReport> RunAsync(
        IReadOnlyList<BenchmarkShape> shapes, IReadOnlyList<WeightFormat> formats, CancellationToken cancellationToken)
    {
        string load = Load();
        double read = MeasureMemory();
        string file = Path.Combine(Path.GetTempPath(), $"cremona-bench-{Environment.ProcessId}.gguf");
        try
        {
            foreach (BenchmarkShape shape in shapes)
            {
                foreach (WeightFormat format in formats)
                {
                    await MeasureAsync(shape, format, file, cancellationToken);
                }
            }
        }
        finally
        {
            File.Delete(file);
        }

        return new InferenceReport(
            Machine(), $"{InstructionSet.Current}, {InstructionSet.CurrentByteDot}", _peerSystem, threads, load, repeats,
            _cells, new BandwidthFigures(Round(read), _readOfWeights, _shares), $"{cache}", _relatives);
    }

    private double MeasureMemory()
    {
        tell("reading memory");
        using var pool = new ComputePool(threads);
        var reading = new ReadBandwidth(pool, ReadBandwidth.BeyondCachesBytes);
        reading.Measure();
        return reading.BytesPerSecond;
    }

    private async Task MeasureAsync(
        BenchmarkShape shape, WeightFormat format, string file, CancellationToken cancellationToken)
    {
        tell($"{shape.Name} {format}: making the model");
        var source = new RandomDecoder(shape.Config);
        using var run = new InferenceRun(source, format, threads, cache);
        if (peer is not null)
        {
            GgufType type = format == WeightFormat.Q4 ? GgufType.Q4_0 : GgufType.Q8_0;
            GgufModel.WriteWithoutText(file, source, type);
            _peerSystem = await peer.LoadAsync(file, threads, Sequences, PeerContextTokens, cancellationToken);
        }

        int tokens = shape.GeneratedTokens;
        using var pool = new ComputePool(threads);
        var reading = new ReadBandwidth(pool, run.WeightBytes);
        LoraAdapter[] adapters = [.. Enumerable.Range(1, Sequences).Select(seed => source.Adapter((ulong)seed))];
        (string Name, int Tokens, Func<Task<double>> Own, Func<Task<double>>? Other)[] measures =
        [
            ("decode 1", tokens, () => run.GenerateAsync(1, tokens, [], cancellationToken),
                () => peer!.GenerateAsync(1, tokens, cancellationToken)),
            ("decode 8", Sequences * tokens, () => run.GenerateAsync(Sequences, tokens, [], cancellationToken),
                () => peer!.GenerateAsync(Sequences, tokens, cancellationToken)),
            ("prefill 512", PromptTokens, () => run.PromptAsync(PromptTokens, cancellationToken),
                () => peer!.PromptAsync(PromptTokens, cancellationToken)),
            ("decode 8, 8 adapters", Sequences * tokens,
                () => run.GenerateAsync(Sequences, tokens, adapters, cancellationToken), null),
        ];

        var rates = measures.ToDictionary(
            measure => measure.Name, _ => (Own: new List<double>(), Other: new List<double>()));
        for (int repeat = 0; repeat <= repeats; repeat++)
        {
            tell($"{shape.Name} {format}: {(repeat == 0 ? "warming up" : $"repeat {repeat} of {repeats}")}");
            reading.Measure();
            foreach ((string name, int count, Func<Task<double>> own, Func<Task<double>>? other) in measures)
            {
                bool hasOther = peer is not null && other is not null;
                double? otherSeconds = hasOther && repeat % 2 == 0 ? await other!() : null;
                double ownSeconds = await own();
                if (hasOther) otherSeconds ??= await other!();
                if (repeat == 0) continue;
                rates[name].Own.Add(count / ownSeconds);
                if (otherSeconds is { } seconds) rates[name].Other.Add(count / seconds);
            }
        }

        foreach ((string name, (List<double> own, List<double> other)) in rates)
        {
            AddCell(shape, format, name, own, other);
        }

        _readOfWeights[$"{shape.Name} {format}"] = Round(reading.BytesPerSecond);
        _shares[$"{shape.Name} {format}"] =
            Round(Median(rates["decode 1"].Own) * run.WeightBytes / reading.BytesPerSecond);
        double adapterShare = Median(rates["decode 8, 8 adapters"].Own) / Median(rates["decode 8"].Own);
        AddRelative(shape, format, "decode 8, 8 adapters over none, rate", adapterShare);
        await MeasureServingAsync(shape, format, run, cancellationToken);
    }

    private async Task MeasureServingAsync(
        BenchmarkShape shape, WeightFormat format, InferenceRun run, CancellationToken cancellationToken)
    {
        var figures = new ServingFigures(run, shape.GeneratedTokens);
        int[] longPrompt = run.NewPrompt(ServingFigures.LongContext);
        List<(string Name, Func<Task<double>> Measure)> measures =
        [
            ("known prefix of 1000 over new, time to first token", () => figures.KnownPrefixAsync(cancellationToken)),
            ("beside a prompt of 4000 over alone, time per token",
                () => figures.BesideALongPromptAsync(cancellationToken)),
        ];
        if (hasLongContext)
        {
            measures.Add((
                "context 16000 over 500, rate", () => figures.LongContextAsync(longPrompt, cancellationToken)));
        }

        foreach ((string name, Func<Task<double>> measure) in measures)
        {
            var values = new List<double>();
            for (int repeat = 0; repeat < repeats; repeat++)
            {
                tell($"{shape.Name} {format}: {name}, repeat {repeat + 1} of {repeats}");
                values.Add(await measure());
            }

            AddRelative(shape, format, name, Median(values));
        }
    }

    private void AddRelative(BenchmarkShape shape, WeightFormat format, string measure, double relative) =>
        _relatives.Add(new RelativeFigure(shape.Name, $"{format}", measure, Round(relative)));

    private void AddCell(
        BenchmarkShape shape, WeightFormat format, string measure, List<double> own, List<double> other)
    {
        double rate = Median(own);
        double? peerRate = other.Count == 0 ? null : Median(other);
        _cells.Add(new InferenceCell(
            shape.Name, $"{format}", measure, Round(rate), peerRate is { } value ? Round(value) : null,
            peerRate is { } divisor ? Round(rate / divisor) : null));
    }

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static double Round(double value) => Math.Round(value, value < 10 ? 3 : 1);

    private static string Machine()
    {
        string? name = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return $"{name?.Split(':')[1].Trim() ?? $"{RuntimeInformation.ProcessArchitecture}"}, "
            + $"{Environment.ProcessorCount} processors";
    }

    private static string Load() =>
        File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]) : "unknown";
}
