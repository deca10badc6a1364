using System.Text.RegularExpressions;

namespace Cremona.Inference.Tokenizers;

/// <summary>Cuts text into the pieces within which byte pairs are merged. Thread-safe.</summary>
/// <remarks>Each pattern cuts every piece of the one before into its matches and the gaps between them
/// (<c>Split</c> with behaviour <c>Isolated</c> in Hugging Face's terms); nothing is lost.</remarks>
public sealed class PreTokenizer
{
    /// <summary>The pattern of GPT-2, which <c>ByteLevel</c> with <c>use_regex</c> means.</summary>
    public const string Gpt2Pattern =
        @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <summary>The pattern of Qwen2 and Qwen3: like Llama-3's, with digits one by one.</summary>
    public const string QwenPattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>Han characters one by one, so that a name is the same tokens wherever it stands.</summary>
    public const string HanPattern = "[\u3400-\u4DBF\u4E00-\u9FFF]";

    // Patterns are a stranger's: one that goes back and forth forever must end with a fault.
    private static readonly TimeSpan MatchTimeMax = TimeSpan.FromSeconds(10);

    private readonly Regex[] _patterns;

    /// <summary>Compiles the patterns.</summary>
    /// <exception cref="ArgumentException">A pattern is not a valid regular expression; the message names
    /// it.</exception>
    public PreTokenizer(IReadOnlyList<string> patterns)
        : this(patterns, MatchTimeMax)
    {
    }

    internal PreTokenizer(IReadOnlyList<string> patterns, TimeSpan matchTimeMax)
    {
        const RegexOptions Options = RegexOptions.Compiled | RegexOptions.CultureInvariant;
        Patterns = patterns;
        _patterns = [.. patterns.Select(pattern => new Regex(pattern, Options, matchTimeMax))];
    }

    /// <summary>In order of use.</summary>
    public IReadOnlyList<string> Patterns { get; }

    /// <summary>The pieces of a text as ranges, in order and without gaps; none is empty.</summary>
    /// <exception cref="InvalidDataException">A pattern takes too long for one piece; the message names it.</exception>
    public IReadOnlyList<Range> Split(string text)
    {
        if (text.Length == 0) return [];
        RuneShadow shadow = RuneShadow.Of(text);
        List<(int Start, int End)> pieces = [(0, shadow.Text.Length)];
        try
        {
            foreach (Regex pattern in _patterns) pieces = SplitPieces(pattern, shadow.Text, pieces);
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new InvalidDataException(
                $"the tokenizer's pattern {e.Pattern} takes over {e.MatchTimeout.TotalSeconds} seconds to cut a text", e);
        }

        return [.. pieces.Select(p => shadow.ToTextIndex(p.Start)..shadow.ToTextIndex(p.End))];
    }

    private static List<(int Start, int End)> SplitPieces(Regex pattern, string text, List<(int Start, int End)> pieces)
    {
        var result = new List<(int, int)>(pieces.Count * 4);
        foreach ((int start, int end) in pieces)
        {
            int done = start;

            // A slice, not a range of the whole: a look-ahead must see the end of the piece as the end of the text.
            foreach (ValueMatch match in pattern.EnumerateMatches(text.AsSpan(start, end - start)))
            {
                if (match.Length == 0) continue;
                int matchStart = start + match.Index;
                if (matchStart > done) result.Add((done, matchStart));
                done = matchStart + match.Length;
                result.Add((matchStart, done));
            }

            if (done < end) result.Add((done, end));
        }

        return result;
    }
}
