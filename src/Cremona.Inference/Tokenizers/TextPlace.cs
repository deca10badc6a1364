namespace Cremona.Inference.Tokenizers;

/// <summary>Where a text stands among the tokens of a whole; some tokenizers write a space before a first
/// word.</summary>
public enum TextPlace
{
    /// <summary>At the beginning.</summary>
    Start,

    /// <summary>After an added token.</summary>
    AfterToken,

    /// <summary>It goes on with a text that is encoded already.</summary>
    Inside,
}
