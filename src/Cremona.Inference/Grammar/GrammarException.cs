namespace Cremona.Inference.Grammar;

/// <summary>A grammar cannot be enforced: it is malformed, asks for something that is not supported, or exceeds a
/// limit.</summary>
/// <param name="location">Where in the grammar: a JSON pointer with its keyword, or a position in a text.</param>
/// <param name="reason">What is wrong there, safe to show to the caller.</param>
public sealed class GrammarException(string location, string reason)
    : Exception(location.Length == 0 ? reason : $"{location}: {reason}")
{
    public string Location { get; } = location;

    public string Reason { get; } = reason;
}
