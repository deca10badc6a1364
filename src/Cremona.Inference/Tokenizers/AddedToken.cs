namespace Cremona.Inference.Tokenizers;

/// <summary>A token that was added to the vocabulary beside the merges.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its exact text.</param>
/// <param name="IsSpecial">Control tokens are special: never read from text, never written to it.</param>
public sealed record AddedToken(int Id, string Content, bool IsSpecial)
{
    /// <summary>White space before it belongs to it.</summary>
    public bool StripsLeft { get; init; }

    /// <summary>White space after it belongs to it.</summary>
    public bool StripsRight { get; init; }

    /// <summary>It is found only where no word goes on at either side.</summary>
    public bool IsWholeWord { get; init; }

    /// <summary>It is looked for in text that is normalized already.</summary>
    public bool IsNormalized { get; init; }
}
