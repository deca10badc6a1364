namespace Cremona.Cli.Doctor;

/// <summary>What one check found.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="IsGood">False when Cremona cannot work so.</param>
/// <param name="Detail">The value found, or what is wrong and what to do about it.</param>
public sealed record Finding(string Name, bool IsGood, string Detail);
