using System.Text;

namespace Cremona.Inference.Tokenizers;

/// <summary>Hands the bytes of each token to a stateful UTF-8 decoder, which holds back what is not yet a
/// character.</summary>
internal sealed class BytePairStreamingDecoder(BytePairTokenizer tokenizer) : IStreamingDecoder
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private bool _isFirst = true;

    public string Append(int id)
    {
        ReadOnlySpan<byte> bytes = tokenizer.BytesOf(id);
        if (!_isFirst || bytes.IsEmpty) return Convert(bytes, flush: false);
        _isFirst = false;
        return Convert(tokenizer.WithoutFirstSpace(bytes), flush: false);
    }

    public void Skip() => _isFirst = false;

    public string Flush() => Convert([], flush: true);

    private string Convert(ReadOnlySpan<byte> bytes, bool flush)
    {
        var characters = new char[_decoder.GetCharCount(bytes, flush)];
        int count = _decoder.GetChars(bytes, characters, flush);
        return new string(characters, 0, count);
    }
}
