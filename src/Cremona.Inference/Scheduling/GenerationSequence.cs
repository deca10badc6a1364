using System.Threading.Channels;
using Cremona.Inference.Architectures;
using Cremona.Inference.Kernels;
using Cremona.Inference.KvCache;
using Cremona.Inference.Sampling;

namespace Cremona.Inference.Scheduling;

/// <summary>One request on its way through the engine. The engine's thread owns it; the reader of its tokens may only
/// abandon it.</summary>
internal sealed class GenerationSequence
{
    private readonly Channel<GeneratedToken> _tokens = Channel.CreateUnbounded<GeneratedToken>(
        new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private readonly TokenSampler _sampler;
    private readonly HashSet<int> _stopTokens;
    private readonly RowConstraint? _constraint;
    private readonly int[] _newTokens; // the token drawn last, and those forced after it
    private int _newCount;
    private volatile bool _isAbandoned;
    private int _generatedCount;

    /// <exception cref="ArgumentException">A sampling option is outside its range.</exception>
    public GenerationSequence(GenerationRequest request, int contextLength)
    {
        Request = request;
        _sampler = new TokenSampler(request.Sampling);
        _stopTokens = [.. request.StopTokens];
        _constraint = request.Grammar is { } grammar ? new RowConstraint(grammar, request.StopTokens) : null;
        _newTokens = new int[_constraint is null ? 1 : 1 + RowConstraint.ForcedTokensMax];
        ContextLength = contextLength;
    }

    public GenerationRequest Request { get; }

    /// <summary>Whose turn it takes.</summary>
    public string Group => Request.Group ?? "";

    public int ContextLength { get; }

    /// <summary>Bounded by the request's own limit of tokens.</summary>
    public ChannelReader<GeneratedToken> Tokens => _tokens.Reader;

    /// <summary>Set while the sequence runs.</summary>
    public SequenceCache? Cache { get; private set; }

    /// <summary>Nobody reads the tokens any more.</summary>
    public bool IsAbandoned => _isAbandoned;

    public bool IsFinished { get; private set; }

    /// <summary>Positions that the sequence needs at most.</summary>
    public int TokenCountMax => (int)Math.Min(ContextLength, (long)Request.PromptTokens.Length + Request.MaxTokens);

    /// <summary>The prompt is computed; what comes next was drawn, or forced by the grammar.</summary>
    public bool IsGenerating => Cache!.TokenCount >= Request.PromptTokens.Length;

    /// <summary>What a step could compute beside one token of each sequence that generates: the prompt, or the tokens
    /// that a grammar forced after the one drawn last.</summary>
    public int SharedTokensLeft => IsGenerating ? TokensLeft - 1 : TokensLeft;

    private int TokensLeft => Request.PromptTokens.Length + _generatedCount - Cache!.TokenCount;

    public void Abandon() => _isAbandoned = true;

    /// <summary>Reserves room for the longest form of the sequence.</summary>
    public bool TryStart(PagePool pages)
    {
        Cache = pages.TryReserve(
            TokenCountMax, new CacheScope(Request.Adapter, Request.Group), Request.PromptTokens);
        return Cache is not null;
    }

    /// <summary>It runs no more. Whoever still reads its tokens does not keep the pages.</summary>
    public void ReturnPages()
    {
        Cache!.Dispose();
        Cache = null;
    }

    /// <summary>Goes on with what others have computed of the prompt by now.</summary>
    public void AdoptPrefix()
    {
        if (!IsGenerating) Cache!.AdoptPrefix(Request.PromptTokens);
    }

    /// <summary>What the next step computes: a part of the prompt, or the next of the tokens that came last.</summary>
    /// <param name="sharedTokens">How many of <see cref="SharedTokensLeft"/>, at most all; at least 1 while the prompt
    /// is computed.</param>
    public ForwardSegment NextSegment(int sharedTokens)
    {
        int left = TokensLeft;
        int count = IsGenerating ? 1 + sharedTokens : sharedTokens;
        ReadOnlyMemory<int> part = IsGenerating
            ? _newTokens.AsMemory(_newCount - left, count)
            : Request.PromptTokens.AsMemory(Cache!.TokenCount, count);
        return new(Cache!, Request.Adapter, part, count == left ? 1 : 0);
    }

    /// <summary>Draws the next token and reports it, with those that a grammar forces after it.</summary>
    /// <param name="logits">[vocabularySize]; overwritten.</param>
    /// <param name="scratch">Working memory of the engine.</param>
    public void Advance(Span<float> logits, SamplingScratch scratch)
    {
        try
        {
            _newCount = 0;
            Draw(logits, scratch);
            if (!IsFinished) AddForced();
            if (!IsFinished) _constraint?.Prefetch();
        }
        catch (Exception fault)
        {
            // It belongs to this row alone; the others go on.
            Fail(fault);
        }
    }

    private void Draw(Span<float> logits, SamplingScratch scratch)
    {
        float normaliser = VectorMath.LogSumExp(logits);
        if (!float.IsFinite(normaliser)) throw NotFinite();
        IReadOnlyList<(int, float)> alternatives =
            LogProbabilities.Top(logits, normaliser, Request.TopLogProbabilities);

        // The draw overwrites the logits, so the drawn one is looked up in a copy.
        ReadOnlySpan<float> raw = scratch.Copy(logits);
        _constraint?.Apply(logits, scratch);
        int token = _sampler.Draw(logits, scratch, _constraint?.Temperature);
        float logProbability = raw[token] - normaliser;
        if (_stopTokens.Contains(token))
        {
            _generatedCount++;
            Finish(new GeneratedToken(-1, logProbability, alternatives, FinishReason.Stop)
            {
                CachedTokens = Cache!.SharedTokenCount,
            });
            return;
        }

        _constraint?.Accept(token);
        Add(token, logProbability, alternatives);
    }

    private InvalidDataException NotFinite()
    {
        string owner = Request.Adapter is null ? "the model" : "the model or of its adapter";
        return new InvalidDataException(
            $"The logits after {Cache!.TokenCount} tokens are not finite: weights of {owner} are not, or lead to numbers "
            + "that are not; check the files, or serve another checkpoint.");
    }

    private void AddForced()
    {
        if (_constraint is null) return;
        foreach (int token in _constraint.ForcedTokens())
        {
            _constraint.Accept(token);
            _sampler.Count(token);
            Add(token, 0, []);
            if (IsFinished) return;
        }
    }

    /// <summary>Reports a token, and the end where it is the last.</summary>
    private void Add(int token, float logProbability, IReadOnlyList<(int, float)> alternatives)
    {
        _generatedCount++;
        FinishReason? finish = null;
        if (_constraint is { IsComplete: true }) finish = FinishReason.Stop;
        else if (_generatedCount >= Request.MaxTokens) finish = FinishReason.Length;
        else if (Request.PromptTokens.Length + _generatedCount >= ContextLength) finish = FinishReason.ContextFull;
        var generated = new GeneratedToken(token, logProbability, alternatives, finish)
        {
            CachedTokens = Cache!.SharedTokenCount,
        };
        if (finish is not null)
        {
            Finish(generated);
            return;
        }

        _newTokens[_newCount++] = token;
        _tokens.Writer.TryWrite(generated);
    }

    /// <summary>Ends the sequence with a fault, or silently when it is abandoned.</summary>
    public void Fail(Exception? exception)
    {
        IsFinished = true;
        _tokens.Writer.TryComplete(exception);
    }

    private void Finish(GeneratedToken last)
    {
        IsFinished = true;
        _tokens.Writer.TryWrite(last);
        _tokens.Writer.TryComplete();
    }
}
