using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Cremona.Server.Edge.Json;

/// <summary>Reads JSON as people paste it: strict first; failing that, with comments, trailing commas and unquoted
/// names. Numbers keep their digits, so that 18-digit ids never pass through a double.</summary>
public static class LenientJson
{
    private static readonly UTF8Encoding StrictUtf8 =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="utf8">The text, with or without a byte order mark; must outlive the document.</param>
    /// <param name="depthMax">Nesting beyond it is a fault at the bracket that goes too deep.</param>
    /// <exception cref="JsonFaultException">It is not JSON; says where.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8, int depthMax)
    {
        if (utf8.Span.StartsWith(Encoding.UTF8.Preamble))
        {
            utf8 = utf8[Encoding.UTF8.Preamble.Length..];
        }

        if (!Utf8.IsValid(utf8.Span))
        {
            Decode(utf8.Span); // Says where; System.Text.Json does not look inside of texts.
        }

        try
        {
            JsonDocument document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = depthMax });
            RefuseHalfCharacters(utf8.Span, depthMax);
            return document;
        }
        catch (JsonException)
        {
            string text = Decode(utf8.Span);
            return JsonDocument.Parse(
                new LenientJsonRewriter(text, depthMax).Rewrite(), new JsonDocumentOptions { MaxDepth = depthMax });
        }
    }

    /// <summary>System.Text.Json reads half a surrogate pair only when the text is asked for, and then it is
    /// late.</summary>
    private static void RefuseHalfCharacters(ReadOnlySpan<byte> utf8, int depthMax)
    {
        if (utf8.IndexOf("\\ud"u8) >= 0 || utf8.IndexOf("\\uD"u8) >= 0)
        {
            new LenientJsonRewriter(Decode(utf8), depthMax).Rewrite();
        }
    }

    private static string Decode(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return StrictUtf8.GetString(utf8);
        }
        catch (DecoderFallbackException fault)
        {
            string before = Encoding.UTF8.GetString(utf8[..fault.Index]);
            throw LenientJsonRewriter.FaultAt(before, before.Length);
        }
    }
}
