using System.Diagnostics;
using System.Globalization;
using Cremona.Inference.Checkpoints;
using Cremona.Inference.Kernels;
using Cremona.Inference.Sampling;
using Cremona.Inference.Scheduling;
using Cremona.Inference.Templates;
using Cremona.Training.Corpus;

namespace Cremona.Bench;

/// <summary>What a person at the keyboard notices of the embedded model: the time to the first token of a prompt of 200
/// tokens, and the rate of one stream.</summary>
internal static class EmbeddedModelBench
{
    private const int Rounds = 15;
    private const int PromptTokens = 200;
    private const int NewTokens = 256;
    private const double FirstTokenBound = 0.030; // seconds
    private const double RateBound = 1500; // tokens per second

    public static async Task RunAsync(string folder, int threads, CancellationToken cancellationToken)
    {
        LanguageModel model = ModelFolder.Load(folder);
        var report = new Report(
            $"nano-{threads}", $"dotnet run -c Release --project bench/Cremona.Bench -- nano {threads}");
        report.Add($"The embedded model, {threads} thread(s), medians of {Rounds} rounds in turns. The first token: a prompt of "
            + $"{PromptTokens} tokens that shares nothing with earlier ones. Generation: {NewTokens} tokens of one stream. "
            + "Share: rate as a share of the bound, 1 500 tokens/s and 30 ms; above 1 is better than asked.");
        report.Add("");
        report.Add("| weights | first token, ms | share | generation, tokens/s | share |");
        report.Add("| --- | --- | --- | --- | --- |");

        var formats = new[] { WeightFormat.F32, WeightFormat.BF16, WeightFormat.Q8 };
        DecoderEngine[] engines = [.. formats.Select(f => new DecoderEngine(model.Source, f, new EngineOptions { ThreadCount = threads }))];
        List<double>[] first = [.. formats.Select(_ => new List<double>())];
        List<double>[] rates = [.. formats.Select(_ => new List<double>())];
        for (int round = 0; round <= Rounds; round++)
        {
            for (int i = 0; i < formats.Length; i++)
            {
                double one = await TimeAsync(engines[i], Prompt(model, round, PromptTokens), 1, cancellationToken);
                double many = await TimeAsync(engines[i], Prompt(model, round, 8), NewTokens, cancellationToken);
                if (round == 0) continue; // warms up
                first[i].Add(one);
                rates[i].Add(NewTokens / many);
            }
        }

        for (int i = 0; i < formats.Length; i++)
        {
            (double seconds, double rate) = (Report.Median(first[i]), Report.Median(rates[i]));
            report.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"| {formats[i]} | {seconds * 1000:F1} | {FirstTokenBound / seconds:F2} | {rate:F0} | {rate / RateBound:F2} |"));
            engines[i].Dispose();
        }

        report.Save();
    }

    private static async Task<double> TimeAsync(
        DecoderEngine engine, int[] prompt, int count, CancellationToken cancellationToken)
    {
        var request = new GenerationRequest
        {
            PromptTokens = prompt,
            MaxTokens = count,
            Sampling = new SamplingOptions { Temperature = 0.9f, TopP = 0.95f, Seed = 1 },
        };
        long start = Stopwatch.GetTimestamp();
        await foreach (GeneratedToken _ in engine.StreamAsync(request, cancellationToken)) { }
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    // Dialogues of the generator, cut to length, so that no round finds another's keys and values.
    private static int[] Prompt(LanguageModel model, int round, int length)
    {
        var tokens = new List<int>();
        for (int i = round * 100; tokens.Count < length; i++)
            tokens.AddRange(model.ChatTemplate.Encode(CorpusGenerator.GenerateValidation(1, i), ChatEnding.Closed).Tokens);
        return [.. tokens[..length]];
    }
}
