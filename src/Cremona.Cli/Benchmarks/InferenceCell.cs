using System.Text.Json.Serialization;

namespace Cremona.Cli.Benchmarks;

/// <summary>One measure of one model, in tokens per second.</summary>
/// <param name="Shape">Of the model.</param>
/// <param name="Weights">Cremona's format; the peer reads Q4_0 for Q4 and Q8_0 for Q8.</param>
/// <param name="Measure">What was done.</param>
/// <param name="Cremona">Median rate.</param>
/// <param name="Peer">Median rate of llama.cpp, or null without a peer.</param>
/// <param name="Ratio">Cremona's rate over the peer's, or null without a peer.</param>
internal sealed record InferenceCell(
    string Shape,
    string Weights,
    string Measure,
    double Cremona,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Peer,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Ratio);
