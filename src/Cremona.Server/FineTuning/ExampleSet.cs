using Cremona.Training.Data;

namespace Cremona.Server.FineTuning;

/// <summary>The examples of a file, checked.</summary>
public sealed record ExampleSet(IReadOnlyList<TokenizedRow> Rows, long TokenCount)
{
    public static ExampleSet Empty { get; } = new([], 0);
}
