namespace Cremona.Inference.Tokenizers.Normalization;

/// <summary>Spaces are written as another character, one before the text unless it begins with one
/// (<c>Metaspace</c>).</summary>
internal sealed class SpaceStep(string space, SpacePrefix prefix) : NormalizerStep
{
    public SpacePrefix Prefix => prefix;

    public override string Apply(string text, TextPlace place)
    {
        text = text.Replace(" ", space, StringComparison.Ordinal);
        bool isWanted = prefix switch
        {
            SpacePrefix.Always => place != TextPlace.Inside,
            SpacePrefix.First => place == TextPlace.Start,
            _ => false,
        };
        return isWanted && text.Length > 0 && !text.StartsWith(space, StringComparison.Ordinal) ? space + text : text;
    }
}
