namespace Cremona.Server.Storage;

/// <summary>A process that answers calls and whose heartbeat has not lapsed.</summary>
/// <param name="Shares">What it let in stands in the store, and it asks the store before it lets in more.</param>
public sealed record ServingProcess(string Id, bool Shares);
