using Cremona.Inference.Architectures;
using Cremona.Inference.Kernels;
using Cremona.Inference.Scheduling;
using Cremona.Training.Data;

namespace Cremona.Training.FineTuning;

/// <summary>Dialogues that the base model makes up itself, to be learned beside the rows of a fine-tuning file so that
/// what the base can do is not forgotten. No text from outside is needed: the model is asked to begin a dialogue as its
/// own system text and user.</summary>
/// <remarks>Pseudo-rehearsal: Robins, 1995, "Catastrophic Forgetting, Rehearsal and Pseudorehearsal"; for language
/// models: Huang et al., 2024, "Mitigating Catastrophic Forgetting in Large Language Models with Self-Synthesized
/// Rehearsal"; asking a chat model for its user's turn: Xu et al., 2024, "Magpie".</remarks>
internal static class Rehearsal
{
    private const int AtOnce = 16;

    // A model that ends none of these ends none.
    private const int TriedFirst = 32;

    /// <summary>The dialogues, the same for the same model and seed; fewer than asked for where the model does not end
    /// its turns.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static IReadOnlyList<TokenizedRow> Generate(
        FineTuneRequest request, int count, CancellationToken cancellationToken)
    {
        if (count == 0 || request.BaseModel.ChatTemplate.StopTokens.Count == 0) return [];
        DecoderWeights weights = request.BaseModel.Weights;
        var options = new EngineOptions
        {
            ThreadCount = request.ThreadCount,
            MaxBatchSize = AtOnce,
            QueueLength = count,
        };
        using var engine = new DecoderEngine(
            weights, WeightFormat.F32, options, request.BaseModel.Tokenizer.VocabularySize);
        var author = new RehearsalAuthor(engine, request.BaseModel);
        int tried = Math.Min(count, TriedFirst);
        List<TokenizedRow> rows = Write(0, tried);
        if (rows.Count > 0) rows.AddRange(Write(tried, count - tried));
        return rows;

        List<TokenizedRow> Write(int first, int number) => [.. Task.WhenAll(Enumerable.Range(first, number)
            .Select(i => author.WriteAsync(request.Seed, i, cancellationToken))).GetAwaiter().GetResult()
            .OfType<TokenizedRow>()];
    }
}
