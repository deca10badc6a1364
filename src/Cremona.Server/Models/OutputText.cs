using Cremona.Inference.Scheduling;
using Cremona.Inference.Templates;
using Cremona.Inference.Tokenizers;

namespace Cremona.Server.Models;

/// <summary>Makes the text of one answer of its tokens: whole characters, ended before the first stop sequence, and
/// the calls behind it, in which stop sequences mean nothing.</summary>
/// <param name="form">In which the model writes calls; null when it is offered no functions.</param>
internal sealed class OutputText(ITokenizer tokenizer, EngineChatOptions settings, ToolCallForm? form)
{
    private readonly IStreamingDecoder _decoder = tokenizer.CreateStreamingDecoder();
    private readonly Queue<(long Start, TokenLogProbability Token)> _untold = new();
    private StopScanner _scanner = new([.. settings.StopSequences ?? [], .. settings.CallBeginnings]);
    private ToolCallReader? _calls;
    private bool _isAtStart = settings.TrimsStart;
    private bool _isText;
    private long _decodedLength;
    private long _passedLength;

    /// <summary>A stop sequence was found; nothing comes any more.</summary>
    public bool IsStopped => _scanner.IsStopped && _calls is null;

    /// <summary>The answer makes a call.</summary>
    public bool HasCalls => _calls is { Count: > 0 };

    public OutputPiece Append(GeneratedToken token)
    {
        if (token.Id < 0)
        {
            return new OutputPiece("", [], []);
        }

        if (form is not null && form.SpecialTokens.TryGetValue(token.Id, out string? special))
        {
            return PassSpecial(special);
        }

        if (settings.TopLogProbabilities is not null && _calls is null)
        {
            _untold.Enqueue((_decodedLength, Describe(token)));
        }

        return Pass(_decoder.Append(token.Id));
    }

    /// <summary>What was held back, at the end of the answer.</summary>
    public OutputPiece Flush()
    {
        OutputPiece last = Pass(_decoder.Flush());
        if (_scanner.IsStopped)
        {
            return last;
        }

        string rest = Trim(_scanner.Flush());
        return last with
        {
            Text = last.Text + rest,
            LogProbabilities = [.. last.LogProbabilities, .. TakeUntil(long.MaxValue)],
        };
    }

    /// <summary>A part of a call that no decoder tells.</summary>
    private OutputPiece PassSpecial(string text)
    {
        _decoder.Skip();
        if (IsStopped)
        {
            return new OutputPiece("", [], []);
        }

        if (_calls is not null)
        {
            return new OutputPiece("", [], _calls.Append(text));
        }

        _calls = new ToolCallReader(form!);
        return new OutputPiece(Trim(_scanner.Flush()), TakeUntil(long.MaxValue), _calls.Append(text));
    }

    private OutputPiece Pass(string decoded)
    {
        if (_calls is not null)
        {
            return new OutputPiece("", [], _calls.Append(decoded));
        }

        _decodedLength += decoded.Length;
        string passed = _scanner.Append(decoded);
        IReadOnlyList<FunctionCallPiece> calls = [];
        if (_scanner.Found is { } found && settings.CallBeginnings.Contains(found))
        {
            _calls = new ToolCallReader(form!);
            calls = _calls.Append(found.TrimStart() + _scanner.Rest);
        }
        else if (passed.Length > 0 && settings.CallsReplaceText && !_scanner.IsStopped)
        {
            passed += ForgetMarkers();
        }

        _passedLength += passed.Length;
        string text = Trim(passed);
        return new OutputPiece(text, text.Length == 0 ? [] : TakeUntil(_passedLength), calls);
    }

    /// <summary>An answer that begins with text makes no calls, so what looks like one is text.</summary>
    private string ForgetMarkers()
    {
        if (_isText)
        {
            return "";
        }

        _isText = true;
        string held = _scanner.Flush();
        _scanner = new StopScanner(settings.StopSequences ?? []);
        return _scanner.Append(held);
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
