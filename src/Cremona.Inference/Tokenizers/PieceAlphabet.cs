namespace Cremona.Inference.Tokenizers;

/// <summary>In what symbols a vocabulary is written.</summary>
internal abstract class PieceAlphabet
{
    /// <summary>A vocabulary of this kind writes a single byte so.</summary>
    /// <param name="entry">Of the vocabulary.</param>
    /// <param name="isOfCharacters">Of characters with bytes to fall back on, or of bytes.</param>
    public static bool IsByte(string entry, bool isOfCharacters) => isOfCharacters
        ? CharacterPieces.IsByte(entry, out _)
        : entry.Length == 1 && ByteLevelAlphabet.TryToBytes(entry, out _);

    /// <summary>How a vocabulary would write a whole piece.</summary>
    public abstract string EntryOf(ReadOnlySpan<char> piece);

    /// <summary>Adds the ids of the single symbols of a piece.</summary>
    public abstract void AddSymbols(ReadOnlySpan<char> piece, List<int> ids);

    /// <summary>The bytes that an entry stands for; false when it is not written in this alphabet.</summary>
    public abstract bool TryToBytes(string entry, out byte[] bytes);
}
