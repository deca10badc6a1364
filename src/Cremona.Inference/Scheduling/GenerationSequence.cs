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
    private readonly int[] _lastToken = new int[1];
    private volatile bool _isAbandoned;
    private int _generatedCount;

    /// <exception cref="ArgumentException">A sampling option is outside its range.</exception>
    public GenerationSequence(GenerationRequest request, int contextLength)
    {
        Request = request;
        _sampler = new TokenSampler(request.Sampling);
        _stopTokens = [.. request.StopTokens];
        ContextLength = contextLength;
    }

    public GenerationRequest Request { get; }

    public int ContextLength { get; }

    /// <summary>Bounded by the request's own limit of tokens.</summary>
    public ChannelReader<GeneratedToken> Tokens => _tokens.Reader;

    /// <summary>Set while the sequence runs.</summary>
    public SequenceCache? Cache { get; set; }

    /// <summary>Nobody reads the tokens any more.</summary>
    public bool IsAbandoned => _isAbandoned;

    public bool IsFinished { get; private set; }

    /// <summary>Positions that the sequence needs at most.</summary>
    public int TokenCountMax => (int)Math.Min(ContextLength, (long)Request.PromptTokens.Length + Request.MaxTokens);

    /// <summary>Prompt tokens not yet computed.</summary>
    public int PromptTokensLeft => Math.Max(0, Request.PromptTokens.Length - Cache!.TokenCount);

    public void Abandon() => _isAbandoned = true;

    /// <summary>What the next step computes: a part of the prompt, or the token drawn last.</summary>
    /// <param name="promptTokensMax">At least 1.</param>
    public ForwardSegment NextSegment(int promptTokensMax)
    {
        int left = PromptTokensLeft;
        if (left == 0) return new(Cache!, Request.Adapter, _lastToken, 1);
        int count = Math.Min(left, promptTokensMax);
        ReadOnlyMemory<int> part = Request.PromptTokens.AsMemory(Cache!.TokenCount, count);
        return new(Cache, Request.Adapter, part, count == left ? 1 : 0);
    }

    /// <summary>Draws the next token and reports it.</summary>
    /// <param name="logits">[vocabularySize]; overwritten.</param>
    /// <param name="scratch">Working memory of the engine.</param>
    public void Advance(Span<float> logits, SamplingScratch scratch)
    {
        float normaliser = VectorMath.LogSumExp(logits);
        IReadOnlyList<(int, float)> alternatives =
            LogProbabilities.Top(logits, normaliser, Request.TopLogProbabilities);

        // The draw overwrites the logits, so the drawn one is looked up in a copy.
        ReadOnlySpan<float> raw = scratch.Copy(logits);
        int token = _sampler.Draw(logits, scratch);
        float logProbability = raw[token] - normaliser;
        _generatedCount++;
        if (_stopTokens.Contains(token))
        {
            Finish(new GeneratedToken(-1, logProbability, alternatives, FinishReason.Stop));
            return;
        }

        FinishReason? finish = null;
        if (_generatedCount >= Request.MaxTokens) finish = FinishReason.Length;
        else if (Request.PromptTokens.Length + _generatedCount >= ContextLength) finish = FinishReason.ContextFull;
        var generated = new GeneratedToken(token, logProbability, alternatives, finish);
        if (finish is not null)
        {
            Finish(generated);
            return;
        }

        _lastToken[0] = token;
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
