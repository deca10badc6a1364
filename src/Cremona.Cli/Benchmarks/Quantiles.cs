namespace Cremona.Cli.Benchmarks;

/// <summary>How measured values are distributed.</summary>
internal sealed record Quantiles(double Median, double Mean, double P99, double P999, double Max)
{
    public static Quantiles Of(List<double> values)
    {
        if (values.Count == 0) return new Quantiles(0, 0, 0, 0, 0);
        double[] sorted = [.. values.Order()];
        return new Quantiles(At(sorted, 0.5), values.Average(), At(sorted, 0.99), At(sorted, 0.999), sorted[^1]);
    }

    private static double At(double[] sorted, double share) =>
        sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
}
