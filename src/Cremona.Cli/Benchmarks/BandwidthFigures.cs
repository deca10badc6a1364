namespace Cremona.Cli.Benchmarks;

/// <summary>Memory bandwidth and its use.</summary>
/// <param name="Read">Bytes per second that the threads read from memory.</param>
/// <param name="Share">Weights read per second while one sequence is generated, over <paramref name="Read"/>, by shape
/// and weights.</param>
internal sealed record BandwidthFigures(double Read, IReadOnlyDictionary<string, double> Share);
