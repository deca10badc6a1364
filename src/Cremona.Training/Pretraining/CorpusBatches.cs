using Cremona.Inference.Templates;
using Cremona.Training.Backward;
using Cremona.Training.Corpus;
using Cremona.Training.Data;

namespace Cremona.Training.Pretraining;

/// <summary>Generated dialogues as batches. Stateless: where a batch begins is all there is to remember.</summary>
/// <param name="recipe">Seed and sizes.</param>
/// <param name="template">Renders the dialogues as serving will.</param>
public sealed class CorpusBatches(PretrainRecipe recipe, IChatTemplate template)
{
    private const ulong WholeDialogueStream = 0x57484F4C45;

    /// <summary>The batch that begins at a dialogue, and the dialogue at which the next begins. Dialogues longer than a
    /// context are left out.</summary>
    public (PackedBatch Batch, long NextIndex) Next(long index)
    {
        var rows = new List<TokenizedRow>();
        int free = recipe.Training.TokensPerStep;
        for (; ; index++)
        {
            TokenizedRow row = Read(index);
            if (row.Tokens.Length > LongestRow) continue;
            if (row.Tokens.Length > free) return (RowPacking.Pack(rows), index);
            rows.Add(row);
            free -= row.Tokens.Length;
        }
    }

    /// <summary>The validation dialogues, in batches; only what the assistant says counts.</summary>
    public IReadOnlyList<PackedBatch> Validation()
    {
        IEnumerable<TokenizedRow> rows =
            from index in Enumerable.Range(0, recipe.Training.ValidationSamples)
            let turns = CorpusGenerator.GenerateValidation(recipe.Seed, index)
            let chat = template.Encode(turns, ChatEnding.Closed)
            where chat.Tokens.Length <= LongestRow
            select new TokenizedRow(chat.Tokens, chat.IsLearned);
        return [.. RowPacking.PackPieces(rows, recipe.Training.TokensPerStep)];
    }

    private int LongestRow => Math.Min(recipe.Training.TokensPerStep, recipe.Model.ContextLength);

    private TokenizedRow Read(long index)
    {
        EncodedChat chat = template.Encode(CorpusGenerator.Generate(recipe.Seed, index), ChatEnding.Closed);
        bool isWhole = CounterRandom.Uniform(recipe.Seed, WholeDialogueStream,
            (ulong)index) < recipe.Training.WholeDialogueShare;
        bool[] isLearned = isWhole ? [.. Enumerable.Repeat(true, chat.Tokens.Length)] : chat.IsLearned;
        return new TokenizedRow(chat.Tokens, isLearned);
    }
}
