namespace Cremona.Inference.Tokenizers;

/// <summary>Decodes ids one at a time without ever splitting a character. Not thread-safe.</summary>
public interface IStreamingDecoder
{
    /// <summary>The text that became complete with this id; possibly empty.</summary>
    string Append(int id);

    /// <summary>Something stood here that this decoder is not told of: what follows is not the beginning of a text, and
    /// keeps its space.</summary>
    void Skip();

    /// <summary>What is still held back at the end (U+FFFD for an incomplete character), or empty.</summary>
    string Flush();
}
