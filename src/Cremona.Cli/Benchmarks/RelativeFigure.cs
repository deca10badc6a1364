namespace Cremona.Cli.Benchmarks;

/// <summary>A time or rate of the engine relative to another of its own.</summary>
/// <param name="Shape">Of the model.</param>
/// <param name="Weights">Their format.</param>
/// <param name="Measure">What over what.</param>
/// <param name="Relative">The median.</param>
internal sealed record RelativeFigure(string Shape, string Weights, string Measure, double Relative);
