namespace Cremona.Server.Edge.Keys;

/// <summary>A key as it is listed; the key itself is shown once, when it is made.</summary>
/// <param name="Id">By which it is revoked.</param>
/// <param name="GroupId">The one group it opens.</param>
/// <param name="Name">For people and logs.</param>
/// <param name="CreatedAtMs">Unix time in milliseconds.</param>
/// <param name="RevokedAtMs">Unix time in milliseconds, 0 while it is valid.</param>
public sealed record AccessKey(string Id, string GroupId, string Name, long CreatedAtMs, long RevokedAtMs);
