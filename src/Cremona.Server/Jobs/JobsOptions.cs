using System.ComponentModel.DataAnnotations;

namespace Cremona.Server.Jobs;

/// <summary>Section <c>Jobs</c>: the queue and its workers.</summary>
public sealed class JobsOptions
{
    public const string Section = "Jobs";

    /// <summary>Jobs this process works on at the same time; 0 makes it a server without a worker. Default 1, range 0
    /// to 64.</summary>
    [Range(0, 64)]
    public int WorkerCount { get; set; } = 1;

    /// <summary>Jobs that wait in the queue at most; more stay <c>created</c>. Default 1000, range 1 to
    /// 1000000.</summary>
    [Range(1, 1_000_000)]
    public int QueueLengthMax { get; set; } = 1000;

    /// <summary>How often an idle worker looks for work that another process made. Default 1 s, range 10 ms to 1
    /// min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a lease lasts without a heartbeat; must be several heartbeats. Clocks of machines that share a
    /// store should agree to well within it. Default 10 s, range 100 ms to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a lease is extended, progress written and a cancelled job noticed. Default 1 s, range 10 ms
    /// to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Lost or broken attempts in a row without progress after which a job fails. Default 5, range 1 to
    /// 1000.</summary>
    [Range(1, 1000)]
    public int AttemptsMax { get; set; } = 5;

    /// <summary>Pause after a broken attempt. Default 5 s, range 0 to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan RetryPause { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Time that a job may work, over all attempts; then it fails with 1001. Default 24 h, range 1 s to 30
    /// d.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long a stopping host waits for running work before it hands the lease back anyway. Default 5 s,
    /// range 0 to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan StopGrace { get; set; } = TimeSpan.FromSeconds(5);
}
