namespace Cremona.Server.Storage;

/// <summary>What became of a <see cref="CallReservation"/>.</summary>
/// <param name="Second">In which it was let in, of the store's clock; null: it was refused.</param>
/// <param name="LastMinute">Of all processes, where it was refused.</param>
public sealed record CallDecision(long? Second, IReadOnlyList<CallCount> LastMinute);
