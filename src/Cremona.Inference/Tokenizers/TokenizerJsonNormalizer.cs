using Cremona.Inference.Tokenizers.Normalization;

namespace Cremona.Inference.Tokenizers;

/// <summary>Reads the <c>normalizer</c> of a <c>tokenizer.json</c>.</summary>
internal static class TokenizerJsonNormalizer
{
    public static IReadOnlyList<NormalizerStep> Read(TokenizerElement root)
    {
        if (!root.TryGet("normalizer", out TokenizerElement? normalizer)) return [];
        bool isSequence = normalizer.Get("type").Text() == "Sequence";
        return isSequence ? [.. normalizer.Get("normalizers").Items().Select(ReadStep)] : [ReadStep(normalizer)];
    }

    private static NormalizerStep ReadStep(TokenizerElement step)
    {
        string type = step.Get("type").Text();
        return type switch
        {
            "NFC" => new ComposeStep(),
            "Prepend" => new PrependStep(step.Get("prepend").Text()),
            "Replace" => new ReplaceStep(Pattern(step), step.Get("content").Text()),
            "Strip" => new StripStep(step.Flag("strip_left"), step.Flag("strip_right")),
            _ => throw step.Fault($"of type '{type}' is not supported"),
        };
    }

    private static string Pattern(TokenizerElement step)
    {
        TokenizerElement pattern = step.Get("pattern").Get("String");
        return pattern.Text().Length > 0 ? pattern.Text() : throw pattern.Fault("is empty");
    }
}
