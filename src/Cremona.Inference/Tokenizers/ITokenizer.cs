namespace Cremona.Inference.Tokenizers;

/// <summary>Text to token ids and back. Thread-safe.</summary>
public interface ITokenizer
{
    /// <summary>Ids run from 0 to this, exclusive.</summary>
    int VocabularySize { get; }

    /// <summary>Plain text to ids. Text that spells a special token is encoded as ordinary text, never as that
    /// token.</summary>
    int[] Encode(string text);

    /// <summary>As <see cref="Encode(string)"/>, for text that stands elsewhere than at the beginning.</summary>
    int[] Encode(string text, TextPlace place) => Encode(text);

    /// <summary>The same tokenizer, which reads some more of its added tokens from no text, as if they were
    /// special.</summary>
    ITokenizer WithSpecial(IReadOnlySet<int> ids) => this;

    /// <summary>Ids to text; special tokens give nothing. Bytes that are no UTF-8 become U+FFFD.</summary>
    string Decode(ReadOnlySpan<int> ids);

    /// <summary>The bytes of a token: none for special tokens and for ids the vocabulary does not use.</summary>
    ReadOnlySpan<byte> BytesOf(int id);

    /// <summary>The tokens beside the merges, special ones among them.</summary>
    IReadOnlyList<AddedToken> AddedTokens => [];

    /// <summary>The id of a special (added) token by its exact content, or null.</summary>
    int? FindSpecial(string content);

    /// <summary>A decoder that holds back incomplete characters; one per stream.</summary>
    IStreamingDecoder CreateStreamingDecoder();
}
