using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Cremona.Cli.Benchmarks;
using Cremona.Cli.CommandLine;
using Cremona.Inference.Kernels;
using Cremona.Inference.KvCache;

namespace Cremona.Cli.Commands.Benchmarks;

/// <summary><c>cremona bench inference</c></summary>
internal sealed class BenchInferenceCommand : CremonaCommand
{
    private readonly Option<DirectoryInfo?> _peer = new("--peer")
    {
        Description = "A node_modules folder with node-llama-cpp: llama.cpp is measured in turns with Cremona",
        HelpName = "DIR",
    };

    private readonly Option<string[]> _shapes = new("--shape")
    {
        Description = "0.5B or tiny; may be repeated. Default: both",
        DefaultValueFactory = _ => [.. BenchmarkShape.All.Select(shape => shape.Name)],
    };

    private readonly Option<WeightFormat[]> _weights = new("--weights")
    {
        Description = "Q4 or Q8; may be repeated. Default: both",
        DefaultValueFactory = _ => [WeightFormat.Q4, WeightFormat.Q8],
    };

    private readonly Option<int> _threads = new("--threads")
    {
        Description = "Threads of either side",
        DefaultValueFactory = _ => Math.Min(2, Environment.ProcessorCount),
    };

    private readonly Option<int> _repeats = new("--repeats")
    {
        Description = "Measurements of each cell",
        DefaultValueFactory = _ => 5,
    };

    private readonly Option<KeyValueFormat> _cache = new("--cache")
    {
        Description = "How Cremona's keys and values lie in memory: F32, F16 or Q8",
    };

    private readonly Option<bool> _long = new("--long-context")
    {
        Description = "Also generate after 16 000 tokens, which takes minutes on the 0.5B shape",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print the figures as JSON and nothing else" };

    public BenchInferenceCommand(Terminal terminal)
        : base(terminal, "inference", "Measure prompts and generation on random models, beside llama.cpp if it is there")
    {
        _shapes.AcceptOnlyFromAmong([.. BenchmarkShape.All.Select(shape => shape.Name)]);
        _weights.Validators.Add(result =>
        {
            if (result.GetValue(_weights)!.Any(format => format is not (WeightFormat.Q4 or WeightFormat.Q8)))
            {
                result.AddError("--weights: llama.cpp has a counterpart of Q4 and Q8 only; choose of them");
            }
        });
        OptionRange.Require(_threads, 1, ComputePool.ThreadCountMax);
        OptionRange.Require(_repeats, 1, 1000);
        Add(_peer);
        Add(_shapes);
        Add(_weights);
        Add(_threads);
        Add(_repeats);
        Add(_cache);
        Add(_long);
        Add(_json);
        Examples =
        [
            "cremona bench inference --shape tiny",
            "cremona bench inference --peer ./node_modules --json",
        ];
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        await using LlamaPeer? peer = line.GetValue(_peer) is { } folder ? LlamaPeer.Start(folder.FullName) : null;
        var benchmark = new InferenceBenchmark(
            peer, line.GetValue(_threads), line.GetValue(_repeats), line.GetValue(_cache), line.GetValue(_long),
            what => Terminal.Error.WriteLine(what));
        string[] names = line.GetRequiredValue(_shapes);
        BenchmarkShape[] shapes = [.. BenchmarkShape.All.Where(shape => names.Contains(shape.Name))];
        InferenceReport report =
            await benchmark.RunAsync(shapes, line.GetRequiredValue(_weights), cancellationToken);
        if (line.GetValue(_json))
        {
            await Terminal.Out.WriteLineAsync(JsonSerializer.Serialize(report, CommandJson.Default.InferenceReport));
            return ExitCode.Success;
        }

        foreach (InferenceCell cell in report.Cells)
        {
            string peerRate = cell.Peer is { } rate
                ? string.Create(CultureInfo.InvariantCulture, $"   llama.cpp {rate,8:0.#}   ratio {cell.Ratio:0.00}")
                : "";
            await Terminal.Out.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{cell.Shape,-5} {cell.Weights} {cell.Measure,-21} {cell.Cremona,8:0.#} tokens/s{peerRate}"));
        }

        foreach (RelativeFigure figure in report.Relatives)
        {
            await Terminal.Out.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{figure.Shape,-5} {figure.Weights} {figure.Measure,-52} {figure.Relative:0.00#}"));
        }

        await TellBandwidthAsync(report.Bandwidth);
        return ExitCode.Success;
    }

    private async Task TellBandwidthAsync(BandwidthFigures bandwidth)
    {
        await Terminal.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"memory read at {bandwidth.Read / 1e9:0.0} GB/s"));
        foreach ((string model, double share) in bandwidth.Share)
        {
            await Terminal.Out.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{model,-8} weights read at {bandwidth.ReadOfWeights[model] / 1e9:0.0} GB/s at most; "
                + $"decode 1 reaches {share:0.00#} of that"));
        }
    }
}
