namespace Cremona.Inference.Templates;

/// <summary>A dialogue as token ids.</summary>
/// <param name="Tokens">The ids.</param>
/// <param name="IsLearned">True where the token belongs to an assistant turn that is learned (its end token
/// included).</param>
public sealed record EncodedChat(int[] Tokens, bool[] IsLearned);
