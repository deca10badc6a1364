namespace Cremona.Cli.Client;

/// <summary>A call without parameters.</summary>
public sealed record EmptyRequest;
