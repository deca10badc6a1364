using System.Globalization;
using System.Text;

namespace Cremona.Server.Models;

/// <summary>A token of an answer with its probability before temperature and nucleus.</summary>
/// <param name="Bytes">UTF-8; possibly a part of a character.</param>
/// <param name="LogProbability">Natural logarithm.</param>
/// <param name="Alternatives">The most likely tokens of that position, best first; as many as were asked for.</param>
internal sealed record TokenLogProbability(
    byte[] Bytes, float LogProbability, IReadOnlyList<TokenLogProbability> Alternatives)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The token's text, or OpenAI's spelling of bytes that are no text: <c>bytes:\xe4\xbd</c>.</summary>
    public string Text
    {
        get
        {
            try
            {
                return Strict.GetString(Bytes);
            }
            catch (DecoderFallbackException)
            {
                return "bytes:" + string.Concat(
                    Bytes.Select(value => string.Create(CultureInfo.InvariantCulture, $"\\x{value:x2}")));
            }
        }
    }
}
