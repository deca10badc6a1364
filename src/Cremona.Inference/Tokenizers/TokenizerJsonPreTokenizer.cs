using System.Text.RegularExpressions;
using Cremona.Inference.Tokenizers.Normalization;

namespace Cremona.Inference.Tokenizers;

/// <summary>Reads the <c>pre_tokenizer</c> of a <c>tokenizer.json</c> into patterns.</summary>
internal static class TokenizerJsonPreTokenizer
{
    // Cuts before each written space.
    private const string SpacePattern = $"{CharacterPieces.Space}[^{CharacterPieces.Space}]*|[^{CharacterPieces.Space}]+";

    /// <summary>The cuts, and how spaces are written in a vocabulary of characters.</summary>
    /// <param name="root">The whole file.</param>
    /// <param name="isOfCharacters">The vocabulary is of characters, not of bytes.</param>
    public static (PreTokenizer Cuts, SpaceStep? Spaces) Read(TokenizerElement root, bool isOfCharacters)
    {
        bool isThere = root.TryGet("pre_tokenizer", out TokenizerElement? preTokenizer);
        if (!isThere && isOfCharacters) return (new PreTokenizer([]), null);

        preTokenizer ??= root.Get("pre_tokenizer");
        TokenizerElement[] steps = [.. Steps(preTokenizer)];
        string last = isOfCharacters ? "Metaspace" : "ByteLevel";
        foreach ((int index, TokenizerElement step) in steps.Index())
        {
            if ((step.Get("type").Text() == last) != (index == steps.Length - 1))
                throw step.Fault($"of type '{step.Get("type").Text()}' is not supported here; the last step must be {last}");
        }

        SpaceStep? spaces = isOfCharacters ? ReadSpaces(steps[^1]) : null;
        try
        {
            return (new PreTokenizer([.. steps.Select(PatternOf).OfType<string>()]), spaces);
        }
        catch (ArgumentException e)
        {
            throw preTokenizer.Fault($"holds a pattern that cannot be read: {e.Message}");
        }
    }

    /// <summary>Where <c>Metaspace</c> writes a space of its own.</summary>
    public static SpacePrefix PrefixOf(TokenizerElement metaspace)
    {
        if (metaspace.Get("replacement").Text() != CharacterPieces.Space)
            throw metaspace.Fault($"writes spaces as '{metaspace.Get("replacement").Text()}'; only {CharacterPieces.Space} is supported");
        if (!metaspace.TryGet("prepend_scheme", out TokenizerElement? scheme))
        {
            bool isAlways = !metaspace.TryGet("add_prefix_space", out _) || metaspace.Flag("add_prefix_space");
            return isAlways ? SpacePrefix.Always : SpacePrefix.Never;
        }

        return scheme.Text() switch
        {
            "always" => SpacePrefix.Always,
            "first" => SpacePrefix.First,
            "never" => SpacePrefix.Never,
            var other => throw scheme.Fault($"is '{other}'; expected always, first or never"),
        };
    }

    private static SpaceStep ReadSpaces(TokenizerElement metaspace) => new(CharacterPieces.Space, PrefixOf(metaspace));

    private static IEnumerable<TokenizerElement> Steps(TokenizerElement preTokenizer) =>
        preTokenizer.Get("type").Text() == "Sequence" ? preTokenizer.Get("pretokenizers").Items() : [preTokenizer];

    private static string? PatternOf(TokenizerElement step)
    {
        string type = step.Get("type").Text();
        return type switch
        {
            "Split" => SplitPattern(step),
            "Digits" => step.Flag("individual_digits") ? @"\p{N}" : @"\p{N}+",
            "ByteLevel" => ByteLevelPattern(step),
            "Metaspace" => !step.TryGet("split", out _) || step.Flag("split") ? SpacePattern : null,
            _ => throw step.Fault($"is of type '{type}', which is not supported"),
        };
    }

    private static string SplitPattern(TokenizerElement step)
    {
        string behavior = step.Get("behavior").Text();
        if (behavior != "Isolated") throw step.Fault($"has behavior '{behavior}'; only Isolated is supported");
        TokenizerElement pattern = step.Get("pattern");
        return pattern.TryGet("Regex", out TokenizerElement? regex)
            ? regex.Text()
            : Regex.Escape(pattern.Get("String").Text());
    }

    private static string? ByteLevelPattern(TokenizerElement step)
    {
        if (step.Flag("add_prefix_space")) throw step.Fault("adds a space before the text, which is not supported");
        return !step.TryGet("use_regex", out _) || step.Flag("use_regex") ? PreTokenizer.Gpt2Pattern : null;
    }
}
