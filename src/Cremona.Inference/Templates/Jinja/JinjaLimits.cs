namespace Cremona.Inference.Templates.Jinja;

/// <summary>Bounds of a template, so that a hostile one ends with an error.</summary>
public sealed record JinjaLimits
{
    public static JinjaLimits Default { get; } = new();

    /// <summary>Characters of a template.</summary>
    public int SourceLengthMax { get; init; } = 1 << 20;

    /// <summary>Statements and expressions that are evaluated while rendering.</summary>
    public int StepsMax { get; init; } = 10_000_000;

    /// <summary>Characters that all texts made while rendering have together, the output among them.</summary>
    public long CharactersMax { get; init; } = 32L << 20;

    /// <summary>Characters that are looked through or compared while rendering: what costs time and makes no
    /// text.</summary>
    public long ReadCharactersMax { get; init; } = 1L << 30;

    /// <summary>Calls, blocks and brackets within each other.</summary>
    public int DepthMax { get; init; } = 100;
}
