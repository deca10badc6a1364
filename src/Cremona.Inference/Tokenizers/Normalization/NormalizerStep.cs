namespace Cremona.Inference.Tokenizers.Normalization;

/// <summary>A change of text before it is cut into pieces. Thread-safe.</summary>
internal abstract class NormalizerStep
{
    /// <param name="text">As the step before left it.</param>
    /// <param name="place">Where the text stands.</param>
    public abstract string Apply(string text, TextPlace place);
}
