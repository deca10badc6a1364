namespace Cremona.Server.Jobs;

/// <summary>Why an attempt's work was told to stop.</summary>
public enum JobStop
{
    /// <summary>It was not.</summary>
    None,

    /// <summary>The lease is gone: the job was cancelled, or the lease lapsed.</summary>
    LeaseLost,

    TimeLimit,

    /// <summary>The host is stopping; another worker shall go on.</summary>
    HostStopping,
}
