namespace Cremona.Inference.Tokenizers.Normalization;

/// <summary>Something stands before every text but an empty one (<c>Prepend</c>).</summary>
internal sealed class PrependStep(string prefix) : NormalizerStep
{
    public string Prefix => prefix;

    public override string Apply(string text, TextPlace place) =>
        text.Length == 0 || place == TextPlace.Inside ? text : prefix + text;
}
