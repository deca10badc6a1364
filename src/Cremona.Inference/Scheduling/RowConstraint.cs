using System.Diagnostics;
using Cremona.Inference.Grammar;
using Cremona.Inference.Grammar.Vocabulary;
using Cremona.Inference.Sampling;

namespace Cremona.Inference.Scheduling;

/// <summary>Holds the draws of one sequence to a grammar. The engine's thread owns it; the next mask is looked up on
/// another thread while the model computes.</summary>
internal sealed class RowConstraint(TokenGrammar grammar, IReadOnlyCollection<int> stopTokens) : IThreadPoolWorkItem
{
    /// <summary>Tokens that are forced at a time.</summary>
    public const int ForcedTokensMax = 64;

    private readonly TokenConstraint _constraint = grammar.Start();

    /// <summary>Nothing can be added to the output.</summary>
    public bool IsComplete => _constraint.IsComplete;

    /// <summary>What the template asks for at this place, or null.</summary>
    public float? Temperature => _constraint.Temperature;

    /// <summary>Makes all tokens impossible that may not come.</summary>
    /// <param name="logits">[vocabularySize]</param>
    /// <exception cref="GrammarException">No token may come, or the grammar exceeds a limit.</exception>
    public void Apply(Span<float> logits, SamplingScratch scratch)
    {
        Span<ulong> mask = scratch.Mask(TokenMask.WordCount(Math.Max(logits.Length, grammar.Vocabulary.Size)));
        mask.Clear();
        long lookedAt = Stopwatch.GetTimestamp();
        _constraint.FillMask(mask[..TokenMask.WordCount(grammar.Vocabulary.Size)]);
        EngineMetrics.RecordMask(lookedAt);
        foreach (int token in stopTokens) TokenMask.Set(mask, token, _constraint.MayEnd);

        bool isAny = false;
        for (int start = 0; start < logits.Length; start += 64)
        {
            ulong allowed = mask[start >> 6];
            isAny |= allowed != 0;
            if (allowed == ulong.MaxValue) continue;
            Span<float> part = logits[start..Math.Min(start + 64, logits.Length)];
            for (int i = 0; i < part.Length; i++)
                if ((allowed >> i & 1) == 0) part[i] = float.NegativeInfinity;
        }

        if (!isAny) throw new GrammarException("", "the model's vocabulary cannot spell what must come next");
    }

    /// <summary>Moves on by a token that the mask allowed, or that was forced.</summary>
    public void Accept(int token)
    {
        if (!_constraint.TryAccept(token)) throw new UnreachableException($"Token {token} was drawn against its mask.");
    }

    /// <summary>Tokens that must come next, to be accepted one by one; often none.</summary>
    public ReadOnlySpan<int> ForcedTokens()
    {
        int[] tokens = _constraint.ForcedTokens();
        return tokens.AsSpan(0, Math.Min(tokens.Length, ForcedTokensMax));
    }

    /// <summary>Looks the next mask up in the background.</summary>
    public void Prefetch() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    void IThreadPoolWorkItem.Execute() => _constraint.Prepare();
}
