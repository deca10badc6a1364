using System.Text;
using Cremona.Inference.Tokenizers;

namespace Cremona.Server.Tests.Models;

/// <summary>One id per UTF-16 unit, an end token, and one id per piece of the scripts.</summary>
public sealed class ScriptedTokenizer(IReadOnlyList<string> pieces, bool writesFirstSpace = false) : ITokenizer
{
    public const int End = 65_536;
    private const int FirstPiece = End + 1;

    public int VocabularySize => FirstPiece + pieces.Count;

    public int[] Encode(string text) => [.. text.Select(c => (int)c)];

    public string Decode(ReadOnlySpan<int> ids) => string.Concat(ids.ToArray().Select(TextOf));

    public ReadOnlySpan<byte> BytesOf(int id) => Encoding.UTF8.GetBytes(TextOf(id));

    public int? FindSpecial(string content) => content == "<end>" ? End : null;

    public IStreamingDecoder CreateStreamingDecoder() => new Decoder(this, writesFirstSpace);

    public int IdOf(string piece) => FirstPiece + pieces.ToList().IndexOf(piece);

    private string TextOf(int id) => id == End ? "" : id < End ? ((char)id).ToString() : pieces[id - FirstPiece];

    private sealed class Decoder(ScriptedTokenizer tokenizer, bool takesFirstSpace) : IStreamingDecoder
    {
        private bool _takesSpace = takesFirstSpace;

        public string Append(int id)
        {
            string text = tokenizer.TextOf(id);
            bool takes = _takesSpace && text.StartsWith(' ');
            _takesSpace = false;
            return takes ? text[1..] : text;
        }

        public void Skip() => _takesSpace = false;

        public string Flush() => "";
    }
}
