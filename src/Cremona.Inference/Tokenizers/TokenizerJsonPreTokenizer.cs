using System.Text.RegularExpressions;

namespace Cremona.Inference.Tokenizers;

/// <summary>Reads the <c>pre_tokenizer</c> of a <c>tokenizer.json</c> into patterns.</summary>
internal static class TokenizerJsonPreTokenizer
{
    public static PreTokenizer Read(TokenizerElement root)
    {
        TokenizerElement preTokenizer = root.Get("pre_tokenizer");
        var patterns = new List<string>();
        bool hasByteLevel = false;
        foreach (TokenizerElement step in Steps(preTokenizer))
        {
            if (hasByteLevel) throw step.Fault("follows ByteLevel, which is not supported");
            hasByteLevel = step.Get("type").Text() == "ByteLevel";
            if (PatternOf(step) is { } pattern) patterns.Add(pattern);
        }

        if (!hasByteLevel) throw preTokenizer.Fault("has no ByteLevel step; only byte-level BPE is supported");
        try
        {
            return new PreTokenizer(patterns);
        }
        catch (ArgumentException e)
        {
            throw preTokenizer.Fault($"holds a pattern that cannot be read: {e.Message}");
        }
    }

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
