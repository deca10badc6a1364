namespace Cremona.Inference.Tokenizers;

/// <summary>Decodes ids one at a time without ever splitting a character. Not thread-safe.</summary>
public interface IStreamingDecoder
{
    /// <summary>The text that became complete with this id; possibly empty.</summary>
    string Append(int id);

    /// <summary>What is still held back at the end (U+FFFD for an incomplete character), or empty.</summary>
    string Flush();
}
