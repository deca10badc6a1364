namespace Cremona.Cli.Benchmarks;

/// <summary>What a model can do.</summary>
/// <param name="Model">Its folder or its name.</param>
/// <param name="Skills">In the order of the measurement.</param>
internal sealed record SkillReport(string Model, IReadOnlyList<SkillScore> Skills);
