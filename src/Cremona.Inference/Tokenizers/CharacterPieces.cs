using System.Globalization;
using System.Text;

namespace Cremona.Inference.Tokenizers;

/// <summary>SentencePiece's BPE: a symbol for each character that the vocabulary has, the bytes of its UTF-8 as
/// <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c> for any other. <c>▁</c> stands for a space. Kudo and Richardson,
/// 2018.</summary>
internal sealed class CharacterPieces : PieceAlphabet
{
    /// <summary>Stands for a space.</summary>
    public const string Space = "\u2581";

    private readonly Dictionary<Rune, int> _characters = [];
    private readonly int[] _byteIds = new int[256];

    /// <exception cref="InvalidDataException">A byte has no entry.</exception>
    public CharacterPieces(IReadOnlyDictionary<string, int> ids)
    {
        for (int value = 0; value < 256; value++)
        {
            if (!ids.TryGetValue($"<0x{value:X2}>", out _byteIds[value]))
                throw new InvalidDataException($"the vocabulary has no entry <0x{value:X2}>");
        }

        foreach ((string entry, int id) in ids)
        {
            if (Rune.TryGetRuneAt(entry, 0, out Rune rune) && rune.Utf16SequenceLength == entry.Length)
                _characters.Add(rune, id);
        }
    }

    public override string EntryOf(ReadOnlySpan<char> piece) => piece.ToString();

    public override void AddSymbols(ReadOnlySpan<char> piece, List<int> ids)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (Rune rune in piece.EnumerateRunes())
        {
            if (_characters.TryGetValue(rune, out int id))
            {
                ids.Add(id);
                continue;
            }

            foreach (byte value in bytes[..rune.EncodeToUtf8(bytes)]) ids.Add(_byteIds[value]);
        }
    }

    public override bool TryToBytes(string entry, out byte[] bytes)
    {
        bytes = IsByte(entry, out byte value)
            ? [value]
            : Encoding.UTF8.GetBytes(entry.Replace(Space, " ", StringComparison.Ordinal));
        return true;
    }

    /// <summary>The entry stands for a single byte.</summary>
    public static bool IsByte(string entry, out byte value)
    {
        value = 0;
        return entry.Length == 6 && entry.StartsWith("<0x", StringComparison.Ordinal) && entry[5] == '>'
            && byte.TryParse(entry.AsSpan(3, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out value);
    }
}
