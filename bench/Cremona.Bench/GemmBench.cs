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
        report.Add($"Float32 GFLOPS on {threads} thread(s), medians of {Rounds} rounds in turns; in brackets the share of the peak.");
        report.Add("");
        report.Add("| m x n x k | peak | NT | NN | TN | Packed |");
        report.Add("| --- | --- | --- | --- | --- | --- |");
        using var pool = new ComputePool(threads);
        foreach ((int m, int n, int k) in Shapes) report.Add(Measure(pool, m, n, k));
        report.Save();
    }

    private static string Measure(ComputePool pool, int m, int n, int k)
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
        double operations = 2.0 * m * n * k;
        int repetitions = (int)Math.Max(1, OperationsPerSample / operations);
        List<double> peaks = [];
        List<double>[] rates = [.. forms.Select(_ => new List<double>())];
        foreach (Action form in forms) form();
        for (int round = 0; round < Rounds; round++)
        {
            peaks.Add(Peak(pool));
            for (int form = 0; form < forms.Length; form++)
            {
                long start = Stopwatch.GetTimestamp();
                for (int i = 0; i < repetitions; i++) forms[form]();
                rates[form].Add(operations * repetitions / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9);
            }
        }

        double peak = Report.Median(peaks);
        IEnumerable<string> cells = rates.Select(rate => Cell(Report.Median(rate), peak));
        return string.Create(
            CultureInfo.InvariantCulture, $"| {m} x {n} x {k} | {peak:F0} | {string.Join(" | ", cells)} |");
    }

    private static double Peak(ComputePool pool)
    {
        SimdLevel level = InstructionSet.Current;
        long start = Stopwatch.GetTimestamp();
        pool.Run(pool.ThreadCount, _ => PeakLoop.Run(level, PeakSteps));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return pool.ThreadCount * PeakLoop.Operations(level, PeakSteps) / seconds / 1e9;
    }

    private static string Cell(double rate, double peak) =>
        string.Create(CultureInfo.InvariantCulture, $"{rate:F0} ({100 * rate / peak:F0} %)");
}
