using System.Diagnostics;
using System.Globalization;
using Cremona.Inference.Adapters;
using Cremona.Inference.Architectures;
using Cremona.Inference.Kernels;
using Cremona.Inference.Sampling;
using Cremona.Inference.Scheduling;

namespace Cremona.Bench;

/// <summary>Tokens per second of the engine with a random model of the embedded model's size.</summary>
internal static class DecodeBench
{
    private const int Rounds = 5;
    private const int NewTokens = 128;
    private const int PromptTokens = 512;

    private static readonly DecoderConfig Config = new()
    {
        Architecture = "LlamaForCausalLM",
        VocabularySize = 8192,
        HiddenSize = 256,
        IntermediateSize = 704,
        LayerCount = 8,
        HeadCount = 8,
        KeyValueHeadCount = 4,
        HeadDimension = 32,
        ContextLength = 1024,
        TieWordEmbeddings = true,
    };

    public static async Task RunAsync(int threads, CancellationToken cancellationToken)
    {
        var report = new Report(
            $"decode-{threads}", $"dotnet run -c Release --project bench/Cremona.Bench -- decode {threads}");
        report.Add($"Random float32 weights: hidden {Config.HiddenSize}, {Config.LayerCount} layers, vocabulary "
            + $"{Config.VocabularySize}; {threads} thread(s), medians of {Rounds} rounds "
            + "in turns, all sequences together. Per processor second counts only the time that this process got.");
        report.Add("");
        report.Add("| workload | tokens/s | tokens per processor second |");
        report.Add("| --- | --- | --- |");
        using var engine = new DecoderEngine(Weights(), WeightFormat.F32, new EngineOptions { ThreadCount = threads });
        LoraAdapter[] adapters = [.. Enumerable.Range(0, 8).Select(i => Adapter((ulong)i + 1))];
        (string Name, int Sequences, int Prompt, int New, bool Adapted)[] workloads =
        [
            ("prompt of 512, one sequence", 1, PromptTokens, 1, false),
            ("generate, 1 sequence", 1, 8, NewTokens, false),
            ("generate, 1 sequence, rank 16 adapter", 1, 8, NewTokens, true),
            ("generate, 8 sequences", 8, 8, NewTokens, false),
            ("generate, 8 sequences, 8 rank 16 adapters", 8, 8, NewTokens, true),
            ("generate, 16 sequences", 16, 8, NewTokens, false),
        ];
        List<double>[] rates = [.. workloads.Select(_ => new List<double>())];
        List<double>[] processorRates = [.. workloads.Select(_ => new List<double>())];
        for (int round = 0; round <= Rounds; round++)
        {
            for (int i = 0; i < workloads.Length; i++)
            {
                (_, int sequences, int prompt, int count, bool adapted) = workloads[i];
                TimeSpan processorStart = Environment.CpuUsage.TotalTime;
                long start = Stopwatch.GetTimestamp();
                await Task.WhenAll(Enumerable.Range(0, sequences).Select(s =>
                    ReadAsync(engine, prompt, count, adapted ? adapters[s] : null, cancellationToken)));
                int tokens = count == 1 ? prompt : sequences * count;
                double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                double processorSeconds = (Environment.CpuUsage.TotalTime - processorStart).TotalSeconds;
                if (round == 0) continue; // warms up
                rates[i].Add(tokens / seconds);
                processorRates[i].Add(tokens / processorSeconds);
            }
        }

        for (int i = 0; i < workloads.Length; i++)
        {
            double median = Report.Median(rates[i]);
            double processorMedian = Report.Median(processorRates[i]);
            report.Add(string.Create(
                CultureInfo.InvariantCulture, $"| {workloads[i].Name} | {median:F0} | {processorMedian:F0} |"));
        }

        report.Save();
    }

    private static async Task ReadAsync(
        DecoderEngine engine, int prompt, int count, LoraAdapter? adapter, CancellationToken cancellationToken)
    {
        var request = new GenerationRequest
        {
            PromptTokens = [.. Enumerable.Range(0, prompt).Select(i => i * 31 % Config.VocabularySize)],
            MaxTokens = count,
            Adapter = adapter,
            Sampling = new SamplingOptions { Temperature = 0.9f, TopP = 0.95f, Seed = 1 },
        };
        await foreach (GeneratedToken _ in engine.StreamAsync(request, cancellationToken)) { }
    }

    private static DecoderWeights Weights() => new()
    {
        Config = Config,
        Embedding = Floats(1, Config.VocabularySize * Config.HiddenSize, 1),
        Layers = [.. Enumerable.Range(0, Config.LayerCount).Select(layer => new DecoderLayerWeights
        {
            AttentionNorm = Ones(Config.HiddenSize),
            MlpNorm = Ones(Config.HiddenSize),
            Linear = [.. LinearKinds.All.Select(kind => Floats(
                (ulong)((layer * 10) + (int)kind), Config.InputSize(kind) * Config.OutputSize(kind), 0.08f))],
            Bias = new float[]?[LinearKinds.All.Count],
        })],
        FinalNorm = Ones(Config.HiddenSize),
    };

    private static LoraAdapter Adapter(ulong seed)
    {
        const int rank = 16;
        var matrices = new Dictionary<(int, LinearKind), LoraMatrices>();
        for (int layer = 0; layer < Config.LayerCount; layer++)
        {
            foreach (LinearKind kind in LinearKinds.All)
            {
                matrices[(layer, kind)] = new LoraMatrices(
                    Floats(seed, rank * Config.InputSize(kind), 0.05f),
                    Floats(seed + 100, Config.OutputSize(kind) * rank, 0.05f));
            }
        }

        return new LoraAdapter(Config, rank, rank, matrices);
    }

    private static float[] Ones(int length) => [.. Enumerable.Repeat(1f, length)];

    private static float[] Floats(ulong seed, int length, float scale)
    {
        var values = new float[length];
        for (int i = 0; i < length; i++)
        {
            values[i] = ((float)DrawNumber.Uniform(seed, i) - 0.5f) * 2 * scale;
        }

        return values;
    }
}
