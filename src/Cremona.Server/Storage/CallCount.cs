namespace Cremona.Server.Storage;

/// <summary>What was let in within one second.</summary>
/// <param name="Age">How many seconds ago, 0 to 59.</param>
/// <param name="Tokens">Used, or reserved by calls at work.</param>
public sealed record CallCount(CallKey Key, long Age, long Requests, long Tokens);
