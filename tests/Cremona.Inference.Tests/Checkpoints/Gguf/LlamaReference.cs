using System.Text.Json;

namespace Cremona.Inference.Tests.Checkpoints.Gguf;

/// <summary>llama.cpp's greedy ids and log-probabilities for a GGUF file
/// (<c>tests/oracle/llama_reference.mjs</c>).</summary>
/// <param name="Ids">Greedy ids after the prompt.</param>
/// <param name="Logs">[prompt positions][vocabularySize]</param>
internal sealed record LlamaReference(int[] Ids, double[][] Logs)
{
    public static void SkipUnlessThere() => NodeOracle.SkipUnlessThere("node-llama-cpp");

    public static async Task<LlamaReference> RunAsync(string model, int[] prompt, int count)
    {
        using JsonDocument document = await NodeOracle.RunAsync(
            "llama_reference.mjs", model, JsonSerializer.Serialize(prompt), $"{count}");
        return new LlamaReference(
            [.. document.RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())],
            [.. document.RootElement.GetProperty("logs").EnumerateArray().Select(
                row => row.EnumerateArray().Select(log => log.ValueKind == JsonValueKind.Number
                    ? log.GetDouble()
                    : double.NegativeInfinity).ToArray())]);
    }

    /// <summary>Log-probabilities of logits [positions, vocabularySize].</summary>
    public static double[][] LogsOf(float[] logits, int vocabulary) => [.. logits.Chunk(vocabulary).Select(row =>
    {
        double largest = row.Max();
        double sum = Math.Log(row.Sum(logit => Math.Exp(logit - largest))) + largest;
        return row.Select(logit => logit - sum).ToArray();
    })];

    /// <summary>Mean over positions of the Kullback-Leibler divergence of <paramref name="actual"/> from
    /// <paramref name="expected"/>, in nats.</summary>
    public static double Divergence(double[][] expected, double[][] actual) =>
        expected.Zip(actual, (p, q) => p.Zip(q, Term).Sum()).Average();

    private static double Term(double expected, double actual) => double.IsNegativeInfinity(expected)
        ? 0
        : Math.Exp(expected) * (expected - Math.Max(actual, -60));
}
