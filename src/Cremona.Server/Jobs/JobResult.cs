using System.Data.Common;

namespace Cremona.Server.Jobs;

/// <summary>What a handler's work came to.</summary>
/// <param name="Result">Told in the success event.</param>
/// <param name="PublishAsync">Puts the result in its place: runs inside the transaction that ends the job, after that
/// has proved that the attempt still holds its lease. So result, state and event appear together, and a replaced
/// attempt publishes nothing.</param>
public sealed record JobResult(string Result, Func<DbTransaction, CancellationToken, Task> PublishAsync);
