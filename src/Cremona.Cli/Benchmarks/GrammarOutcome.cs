namespace Cremona.Cli.Benchmarks;

/// <summary>What became of one schema.</summary>
/// <param name="Refused">Why it is not enforced, or null.</param>
/// <param name="WrongAccepts">Invalid instances that could be written.</param>
/// <param name="ValidRejected">Valid instances that could not.</param>
/// <param name="FirstFault">The first of them, and how far it came.</param>
internal sealed record GrammarOutcome(
    string Name, string? Refused, int WrongAccepts, int ValidRejected, string? FirstFault)
{
    public bool IsPassed => Refused is null && WrongAccepts == 0 && ValidRejected == 0;
}
