namespace Cremona.Inference.Templates.Jinja.Values;

/// <summary>A number of JSON that is no 64-bit integer; it is written as it was given.</summary>
/// <param name="Text">As it was given.</param>
/// <param name="Value">What it counts as.</param>
internal sealed record JsonNumber(string Text, double Value);
