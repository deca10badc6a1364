namespace Cremona.Server.Storage;

/// <summary>A call has ended and used other than was reserved.</summary>
/// <param name="Second">In which it was let in, of the store's clock.</param>
/// <param name="Tokens">What is missing; negative when it used less.</param>
public sealed record CallSettlement(CallKey Key, long Second, long Tokens);
