using Cremona.Inference.Scheduling;
using Cremona.Inference.Tokenizers;

namespace Cremona.Server.Models;

/// <summary>Makes the text of one answer of its tokens: whole characters, ended before the first stop
/// sequence.</summary>
internal sealed class OutputText(ITokenizer tokenizer, EngineChatOptions settings)
{
    private readonly IStreamingDecoder _decoder = tokenizer.CreateStreamingDecoder();
    private readonly StopScanner _scanner = new(settings.StopSequences ?? []);
    private readonly Queue<(long Start, TokenLogProbability Token)> _untold = new();
    private bool _isAtStart = settings.TrimsStart;
    private long _decodedLength;
    private long _passedLength;

    /// <summary>A stop sequence was found; nothing comes any more.</summary>
    public bool IsStopped => _scanner.IsStopped;

    public OutputPiece Append(GeneratedToken token)
    {
        if (token.Id < 0)
        {
            return new OutputPiece("", []);
        }

        if (settings.TopLogProbabilities is not null)
        {
            _untold.Enqueue((_decodedLength, Describe(token)));
        }

        return Pass(_decoder.Append(token.Id));
    }

    /// <summary>What was held back, at the end of the answer.</summary>
    public OutputPiece Flush()
    {
        OutputPiece last = Pass(_decoder.Flush());
        string rest = Trim(_scanner.Flush());
        return IsStopped
            ? last
            : new OutputPiece(last.Text + rest, [.. last.LogProbabilities, .. TakeUntil(long.MaxValue)]);
    }

    private OutputPiece Pass(string decoded)
    {
        _decodedLength += decoded.Length;
        string passed = _scanner.Append(decoded);
        _passedLength += passed.Length;
        string text = Trim(passed);
        return new OutputPiece(text, text.Length == 0 ? [] : TakeUntil(_passedLength));
    }

    private string Trim(string text)
    {
        if (_isAtStart)
        {
            text = text.TrimStart();
            _isAtStart = text.Length == 0;
        }

        return text;
    }

    /// <summary>The tokens that begin before a place of the text. Those of a stop sequence never do.</summary>
    private List<TokenLogProbability> TakeUntil(long place)
    {
        var taken = new List<TokenLogProbability>(_untold.Count);
        while (_untold.TryPeek(out (long Start, TokenLogProbability Token) next) && next.Start < place)
        {
            taken.Add(_untold.Dequeue().Token);
        }

        return taken;
    }

    private TokenLogProbability Describe(GeneratedToken token) => new(
        tokenizer.BytesOf(token.Id).ToArray(),
        token.LogProbability,
        [
            .. token.Alternatives.Select(other =>
                new TokenLogProbability(tokenizer.BytesOf(other.Id).ToArray(), other.LogProbability, [])),
        ]);
}
