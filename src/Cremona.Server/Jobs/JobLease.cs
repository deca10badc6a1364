namespace Cremona.Server.Jobs;

/// <summary>One attempt's right to work on a job. Whoever writes for the attempt shows it; the row refuses a lease that
/// has lapsed, was handed back or was followed by another attempt.</summary>
/// <param name="Job">The row as it was when the attempt began.</param>
/// <param name="Worker">The holder's name.</param>
public sealed record JobLease(Job Job, string Worker)
{
    public string JobId => Job.Id;

    public long Attempt => Job.Attempt;
}
