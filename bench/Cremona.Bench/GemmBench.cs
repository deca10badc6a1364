using System.Diagnostics;
using System.Globalization;
using Cremona.Inference.Kernels;

namespace Cremona.Bench;

/// <summary>Rates of the matrix-multiply forms beside the rate of multiply-adds on registers alone, in turns in one
/// run, so that both meet the same clock and the same neighbours.</summary>
internal static class GemmBench
{
    private const int Rounds = 9;
    private const int PeakSteps = 1_000_000;
    private const double OperationsPerSample = 1e9;

    // [m, n, k]: passes of the nano model, of larger ones, and decoding.
    private static readonly (int M, int N, int K)[] Shapes =
    [
        (512, 256, 256), (512, 1024, 256), (512, 256, 1024), (1024, 768, 256), (2048, 4096, 256), (512, 4096, 1024),
        (1, 1024, 256), (8, 1024, 256), (16, 1024, 256),
    ];

    public static void Run(int threads)
    {
        var report = new Report(
            $"gemm-{InstructionSet.Current}-{threads}".ToLowerInvariant(),
            $"dotnet run -c Release --project bench/Cremona.Bench -- gemm {threads}");
        report.Add($"Float32 GFLOPS on {threads} thread(s), medians of {Rounds} rounds in turns; in brackets the "
            + "share of the peak.");
        using var pool = new ComputePool(threads);
        Measurement[] all = [.. Shapes.Select(shape => Measure(pool, shape.M, shape.N, shape.K))];
        AddTable(report, "Per second of processor time, so without what other processes took", all, x => x.Processor);
        AddTable(report, "Per second of the clock, comparable when the machine is otherwise idle", all, x => x.Clock);
        report.Save();
    }

    private static void AddTable(Report report, string title, Measurement[] all, Func<Rate, double> select)
    {
        report.Add("");
        report.Add($"{title}.");
        report.Add("");
        report.Add("| m x n x k | peak | NT | NN | TN | Packed |");
        report.Add("| --- | --- | --- | --- | --- | --- |");
        foreach (Measurement measurement in all)
        {
            double peak = Report.Median([.. measurement.Peak.Select(select)]);
            IEnumerable<string> cells = measurement.Forms.Select(
                rates => Cell(Report.Median([.. rates.Select(select)]), peak));
            report.Add(string.Create(
                CultureInfo.InvariantCulture, $"| {measurement.Shape} | {peak:F0} | {string.Join(" | ", cells)} |"));
        }
    }

    private static Measurement Measure(ComputePool pool, int m, int n, int k)
    {
        float[] a = [.. Enumerable.Range(0, m * k).Select(i => (i % 17) - 8f)];
        float[] b = [.. Enumerable.Range(0, n * k).Select(i => (i % 13) - 6f)];
        var c = new float[m * n];
        PackedMatrix packed = PackedMatrix.Pack(b, n, k);
        Action[] forms =
        [
            () => MatrixMultiply.NT(pool, a, b, c, m, n, k),
            () => MatrixMultiply.NN(pool, a, b, c, m, n, k),
            () => MatrixMultiply.TN(pool, a, b, c, m, n, k),
            () => MatrixMultiply.Packed(pool, a, packed, c, m),
        ];
        SimdLevel level = InstructionSet.Current;
        double operations = 2.0 * m * n * k;
        int repetitions = (int)Math.Max(1, OperationsPerSample / operations);
        var result = new Measurement($"{m} x {n} x {k}", [], [.. forms.Select(_ => new List<Rate>())]);
        foreach (Action form in forms) form();
        for (int round = 0; round < Rounds; round++)
        {
            result.Peak.Add(Sample(
                pool.ThreadCount * (double)PeakLoop.Operations(level, PeakSteps),
                () => pool.Run(pool.ThreadCount, _ => PeakLoop.Run(level, PeakSteps))));
            for (int form = 0; form < forms.Length; form++)
            {
                Action once = forms[form];
                result.Forms[form].Add(Sample(operations * repetitions, () =>
                {
                    for (int i = 0; i < repetitions; i++) once();
                }));
            }
        }

        return result;
    }

    private static Rate Sample(double operations, Action work)
    {
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        work();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double processorSeconds = (Environment.CpuUsage.TotalTime - processor).TotalSeconds;
        return new Rate(operations / processorSeconds / 1e9, operations / seconds / 1e9);
    }

    private static string Cell(double rate, double peak) =>
        string.Create(CultureInfo.InvariantCulture, $"{rate:F0} ({100 * rate / peak:F0} %)");

    /// <summary>GFLOPS by processor time of all threads, and by the clock.</summary>
    private readonly record struct Rate(double Processor, double Clock);

    private sealed record Measurement(string Shape, List<Rate> Peak, List<Rate>[] Forms);
}
