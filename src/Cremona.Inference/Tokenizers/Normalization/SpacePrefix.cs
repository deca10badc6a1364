namespace Cremona.Inference.Tokenizers.Normalization;

/// <summary>Before which texts a space is written.</summary>
internal enum SpacePrefix
{
    Never,

    /// <summary>Before the text at the beginning.</summary>
    First,

    /// <summary>Before every text, after added tokens too.</summary>
    Always,
}
