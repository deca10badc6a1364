namespace Cremona.Cli.Benchmarks;

/// <summary>How often a skill is shown.</summary>
/// <param name="Name">Of the skill.</param>
/// <param name="Cases">Asked.</param>
/// <param name="Accuracy">Share of right answers, from 0 to 1.</param>
internal sealed record SkillScore(string Name, int Cases, double Accuracy);
