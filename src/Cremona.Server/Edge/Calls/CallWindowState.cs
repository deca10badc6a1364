namespace Cremona.Server.Edge.Calls;

/// <summary>The last minute of one interface and model.</summary>
internal sealed record CallWindowState(
    string Interface, string Model, long RequestsLimit, long RequestsUsed, long TokensLimit, long TokensUsed);
