namespace Cremona.Inference.Tokenizers.Normalization;

/// <summary>White space at the ends is taken away (<c>Strip</c>).</summary>
internal sealed class StripStep(bool left, bool right) : NormalizerStep
{
    public override string Apply(string text, TextPlace place)
    {
        if (left && place != TextPlace.Inside) text = text.TrimStart();
        return right ? text.TrimEnd() : text;
    }
}
