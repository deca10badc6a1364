namespace Cremona.Inference.Tokenizers.Normalization;

/// <summary>A text is put in place of another (<c>Replace</c> with a string).</summary>
internal sealed class ReplaceStep(string replaced, string content) : NormalizerStep
{
    public string Replaced => replaced;

    public string Content => content;

    public override string Apply(string text, TextPlace place) =>
        text.Replace(replaced, content, StringComparison.Ordinal);
}
