namespace Cremona.Cli.Client;

/// <summary>What the server answered: the typed value, and the text as it came, which is what <c>--json</c>
/// prints.</summary>
public sealed record Answer<T>(T Value, string Json);
