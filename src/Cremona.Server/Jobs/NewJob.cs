namespace Cremona.Server.Jobs;

/// <summary>What a room says of a job it makes.</summary>
/// <param name="Id">16 digits, not used before.</param>
/// <param name="GroupId">The owner.</param>
/// <param name="Kind">The kind of a registered <see cref="IJobHandler"/>.</param>
/// <param name="HeldFiles">Files that must not be deleted until the job has ended.</param>
public sealed record NewJob(string Id, string GroupId, string Kind, IReadOnlyList<long> HeldFiles);
