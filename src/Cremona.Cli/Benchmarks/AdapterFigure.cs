namespace Cremona.Cli.Benchmarks;

/// <summary>The cost of adapters.</summary>
/// <param name="Shape">Of the model.</param>
/// <param name="Weights">Their format.</param>
/// <param name="Relative">Rate of 8 sequences with 8 different rank-16 adapters on all linear layers over the rate
/// without.
/// </param>
internal sealed record AdapterFigure(string Shape, string Weights, double Relative);
