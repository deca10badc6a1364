namespace Cremona.Inference.Grammar;

/// <summary>What a template says of one of its blanks.</summary>
/// <param name="Temperature">For the tokens of this blank; null leaves the row's own.</param>
/// <param name="TokensMax">After so many tokens, or the one that completes a character then begun, the text goes on
/// behind the blank, whatever it asks for; null: no limit.</param>
public sealed record BlankLimits(float? Temperature, int? TokensMax);
