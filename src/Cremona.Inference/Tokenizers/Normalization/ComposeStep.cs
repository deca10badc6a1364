namespace Cremona.Inference.Tokenizers.Normalization;

/// <summary>Normalization form C (<c>NFC</c>).</summary>
internal sealed class ComposeStep : NormalizerStep
{
    public override string Apply(string text, TextPlace place) => CanonicalComposition.Compose(text);
}
