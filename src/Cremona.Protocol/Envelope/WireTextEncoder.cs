using System.Text;
using System.Text.Encodings.Web;

namespace Cremona.Protocol.Envelope;

/// <summary>Writes text as the platform does: raw UTF-8, emoji included (the framework's relaxed encoder escapes
/// everything above U+FFFF). Escaped are only what JSON demands and what some readers take for a line break.</summary>
public sealed unsafe class WireTextEncoder : JavaScriptEncoder
{
    private static readonly JavaScriptEncoder Escaper = UnsafeRelaxedJsonEscaping;

    public static WireTextEncoder Instance { get; } = new();

    /// <summary><c>\uXXXX</c>.</summary>
    public override int MaxOutputCharactersPerInputCharacter => 6;

    public override bool WillEncode(int unicodeScalar) =>
        unicodeScalar is < 0x20 or '"' or '\\' or 0x7f or 0x85 or 0x2028 or 0x2029;

    public override int FindFirstCharacterToEncode(char* text, int textLength)
    {
        var span = new ReadOnlySpan<char>(text, textLength);
        for (int i = 0; i < span.Length; i++)
        {
            if (char.IsSurrogate(span[i]))
            {
                if (Rune.DecodeFromUtf16(span[i..], out _, out int used) != System.Buffers.OperationStatus.Done)
                {
                    return i; // A lone surrogate: the base class replaces it with U+FFFD.
                }

                i += used - 1;
            }
            else if (WillEncode(span[i]))
            {
                return i;
            }
        }

        return -1;
    }

    public override bool TryEncodeUnicodeScalar(
        int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten) =>
        Escaper.TryEncodeUnicodeScalar(unicodeScalar, buffer, bufferLength, out numberOfCharactersWritten);
}
