namespace Cremona.Cli.Benchmarks;

/// <summary>Memory bandwidth and its use, all by shape and weights but the first.</summary>
/// <param name="Read">Bytes per second that the threads read from beyond the caches.</param>
/// <param name="ReadOfWeights">Bytes per second that they read over and over of as many bytes as the weights have,
/// caches included.</param>
/// <param name="Share">Weights read per second while one sequence is generated, over
/// <paramref name="ReadOfWeights"/>: at most 1.</param>
internal sealed record BandwidthFigures(
    double Read, IReadOnlyDictionary<string, double> ReadOfWeights, IReadOnlyDictionary<string, double> Share);
