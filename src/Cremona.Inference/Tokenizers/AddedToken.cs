namespace Cremona.Inference.Tokenizers;

/// <summary>A token that was added to the vocabulary beside the merges.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its exact text.</param>
/// <param name="IsSpecial">Control tokens are special: never read from text, never written to it.</param>
internal sealed record AddedToken(int Id, string Content, bool IsSpecial);
