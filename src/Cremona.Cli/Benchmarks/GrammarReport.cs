namespace Cremona.Cli.Benchmarks;

/// <summary>The figures of a run.</summary>
internal sealed record GrammarReport
{
    public required int VocabularySize { get; init; }

    public required int Schemas { get; init; }

    public required int Passed { get; init; }

    public required double PassShare { get; init; }

    public required int Refused { get; init; }

    public required int WrongAccepts { get; init; }

    public required int ValidRejected { get; init; }

    /// <summary>Masks that were asked for: one before each token, one at the end.</summary>
    public required int Masks { get; init; }

    public required Quantiles MaskMicroseconds { get; init; }

    public required Quantiles CompileMilliseconds { get; init; }
}
