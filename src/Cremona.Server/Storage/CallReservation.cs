namespace Cremona.Server.Storage;

/// <summary>A call that asks to be let in.</summary>
/// <param name="Tokens">Reserved until it ends.</param>
/// <param name="RequestsMax">Of the last minute, this call included.</param>
/// <param name="TokensMax">Of the last minute, those of this call included.</param>
public sealed record CallReservation(CallKey Key, long Tokens, long RequestsMax, long TokensMax);
