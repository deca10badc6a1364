using System.Diagnostics;
using System.Globalization;
using Cremona.Inference.Architectures;
using Cremona.Inference.Kernels;
using Cremona.Training.Backward;
using Cremona.Training.Optimizers;

namespace Cremona.Bench;

/// <summary>A full-parameter training step (forward, backward, AdamW) of the embedded model's shape as a share of what
/// matrix multiplication alone reaches on the same threads, in turns in one run. A round's share is the step's rate
/// over the best rate that any of several products reached in that round.</summary>
internal static class TrainStepBench
{
    private const int Rounds = 11;
    private const int WarmUpRounds = 3;
    private const int ProductsPerSample = 8;

    // [m, n, k]: a large square, and the step's own most favourable products.
    private static readonly (int M, int N, int K)[] Products = [(1024, 1024, 1024), (4096, 256, 256), (4096, 256, 768)];

    private static readonly DecoderConfig Config = new()
    {
        Architecture = "Qwen3ForCausalLM",
        VocabularySize = 6144,
        HiddenSize = 256,
        IntermediateSize = 768,
        LayerCount = 6,
        HeadCount = 4,
        KeyValueHeadCount = 2,
        HeadDimension = 64,
        ContextLength = 1024,
        QueryKeyNorm = true,
        TieWordEmbeddings = true,
    };

    public static void Run(int threads)
    {
        var report = new Report(
            $"train-step-{threads}", $"dotnet run -c Release --project bench/Cremona.Bench -- train-step {threads}");
        report.Add($"Float32 GFLOPS on {threads} thread(s), medians of {Rounds} rounds in turns. Operations of a step: "
            + "6 per matrix weight and token, and attention's over the keys a query may see; norms, softmax, SwiGLU, "
            + "loss and AdamW take time but count nothing.");
        report.Add("");
        report.Add("| tokens a step | rows | learned | step ms | tokens/s | step | best matrix multiply | share |");
        report.Add("| --- | --- | --- | --- | --- | --- | --- | --- |");
        using var pool = new ComputePool(threads);
        var weights = Weights();
        foreach (int tokens in (int[])[2048, 4096])
            report.Add(Measure(pool, weights, tokens));
        report.Save();
    }

    private static string Measure(ComputePool pool, DecoderWeights weights, int tokens)
    {
        var batch = Batch(tokens);
        using var trainer = DecoderTrainer.ForFullParameters(weights, pool, tokens);
        var optimizer = new AdamW(trainer.Parameters, new AdamWOptions(), pool);
        Action[] products = [.. Products.Select(shape => Product(pool, shape))];
        double operations = Operations(batch);
        List<double> seconds = [], rates = [], bests = [], shares = [];
        for (int round = -WarmUpRounds; round < Rounds; round++)
        {
            double best = products.Zip(Products, (run, shape) => Operations(shape) / Time(run)).Max();
            double step = Time(() =>
            {
                trainer.ForwardBackward(batch, 1f / tokens);
                optimizer.Step(learningRate: 1e-4, gradientNormMax: 1);
            });
            if (round < 0)
                continue;
            seconds.Add(step);
            rates.Add(operations / step / 1e9);
            bests.Add(best / 1e9);
            shares.Add(100 * operations / step / best);
        }

        int learned = batch.IsLearned.Count(isLearned => isLearned);
        double median = Report.Median(seconds);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {tokens} | {batch.SequenceStarts.Length} | {learned} | {1000 * median:F0} | {tokens / median:F0} "
            + $"| {Report.Median(rates):F0} | {Report.Median(bests):F0} | {Report.Median(shares):F0} % |");
    }

    private static double Operations((int M, int N, int K) shape) =>
        2.0 * shape.M * shape.N * shape.K * ProductsPerSample;

    private static double Operations(PackedBatch batch)
    {
        int[] ends = [.. batch.SequenceStarts.Skip(1), batch.Tokens.Length];
        double pairs = ends.Zip(batch.SequenceStarts, (end, start) => (end - start) * (end - start + 1) / 2.0).Sum();
        double weights = Config.LayerCount * LinearKinds.All.Sum(
            kind => (double)Config.OutputSize(kind) * Config.InputSize(kind));
        double head = (double)Config.VocabularySize * Config.HiddenSize;
        int predicted = Enumerable.Range(0, batch.Tokens.Length).Count(
            t => batch.IsLearned[t] && !batch.SequenceStarts.Contains(t));
        // Two products (scores, values) of 2 operations forward and as much twice backward.
        double attention = Config.LayerCount * pairs * Config.QuerySize * 2 * 2 * 3;
        return (6 * weights * batch.Tokens.Length) + (6 * head * predicted) + attention;
    }

    /// <summary>Rows of 100 to 400 tokens, all learned.</summary>
    private static PackedBatch Batch(int tokens)
    {
        var starts = new List<int>();
        for (int start = 0; start < tokens; start += 100 + (int)(CounterRandom.Bits(1, 0, (ulong)starts.Count) % 301))
            starts.Add(start);
        int[] ids = [.. Enumerable.Range(0, tokens).Select(
            i => (int)(CounterRandom.Bits(1, 1, (ulong)i) % (ulong)Config.VocabularySize))];
        return new PackedBatch(ids, [.. Enumerable.Repeat(true, tokens)], [.. starts]);
    }

    private static Action Product(ComputePool pool, (int M, int N, int K) shape)
    {
        float[] a = Uniform(shape.M * shape.K, 2, 0, 1);
        float[] b = Uniform(shape.N * shape.K, 3, 0, 1);
        var c = new float[shape.M * shape.N];
        return () =>
        {
            for (int i = 0; i < ProductsPerSample; i++)
                MatrixMultiply.NT(pool, a, b, c, shape.M, shape.N, shape.K);
        };
    }

    private static double Time(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static DecoderWeights Weights()
    {
        ulong stream = 10;
        float[] Matrix(int size) => Uniform(size, stream++, 0, 0.05);
        float[] Norm(int size) => Uniform(size, stream++, 1, 0);
        return new DecoderWeights
        {
            Config = Config,
            Embedding = Matrix(Config.VocabularySize * Config.HiddenSize),
            Layers = [.. Enumerable.Range(0, Config.LayerCount).Select(_ => new DecoderLayerWeights
            {
                AttentionNorm = Norm(Config.HiddenSize),
                MlpNorm = Norm(Config.HiddenSize),
                Linear = [.. LinearKinds.All.Select(kind => Matrix(Config.OutputSize(kind) * Config.InputSize(kind)))],
                Bias = new float[]?[LinearKinds.All.Count],
                QueryNorm = Norm(Config.HeadDimension),
                KeyNorm = Norm(Config.HeadDimension),
            })],
            FinalNorm = Norm(Config.HiddenSize),
        };
    }

    private static float[] Uniform(int size, ulong stream, double center, double spread) =>
        [.. Enumerable.Range(0, size).Select(
            i => (float)(center + (spread * ((2 * CounterRandom.Uniform(1, stream, (ulong)i)) - 1))))];
}
