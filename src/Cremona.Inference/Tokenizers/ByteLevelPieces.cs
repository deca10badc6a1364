using System.Text;

namespace Cremona.Inference.Tokenizers;

/// <summary>Byte-level BPE: a symbol for each byte, written in <see cref="ByteLevelAlphabet"/>.</summary>
internal sealed class ByteLevelPieces : PieceAlphabet
{
    private readonly int[] _byteIds = new int[256];

    /// <exception cref="InvalidDataException">A byte has no entry.</exception>
    public ByteLevelPieces(IReadOnlyDictionary<string, int> ids)
    {
        for (int value = 0; value < 256; value++)
        {
            if (!ids.TryGetValue(ByteLevelAlphabet.ToCharacter((byte)value).ToString(), out _byteIds[value]))
                throw new InvalidDataException($"model.vocab has no entry for byte 0x{value:X2}");
        }
    }

    public override string EntryOf(ReadOnlySpan<char> piece) => ByteLevelAlphabet.ToText(BytesOf(piece));

    public override void AddSymbols(ReadOnlySpan<char> piece, List<int> ids)
    {
        foreach (byte value in BytesOf(piece)) ids.Add(_byteIds[value]);
    }

    public override bool TryToBytes(string entry, out byte[] bytes) => ByteLevelAlphabet.TryToBytes(entry, out bytes);

    private static byte[] BytesOf(ReadOnlySpan<char> piece)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(piece)];
        Encoding.UTF8.GetBytes(piece, bytes);
        return bytes;
    }
}
