namespace Cremona.Inference.Grammar.Terms;

/// <summary>The tokens that may follow in a state: the union of some shared masks and a list.</summary>
internal sealed record StateMask(ulong[][] Masks, int[] Ids)
{
    /// <param name="mask">Overwritten.</param>
    public void Fill(Span<ulong> mask)
    {
        mask.Clear();
        foreach (ulong[] part in Masks) Vocabulary.TokenMask.Add(mask, part);
        Vocabulary.TokenMask.Add(mask, Ids);
    }
}
