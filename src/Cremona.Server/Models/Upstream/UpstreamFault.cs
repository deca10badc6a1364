namespace Cremona.Server.Models.Upstream;

/// <summary>What went wrong with a call of another server.</summary>
internal enum UpstreamFault
{
    /// <summary>No connection, or one that broke.</summary>
    Unreachable,

    /// <summary>It failed, or we are not set up to use it.</summary>
    Failed,

    /// <summary>It has too much to do.</summary>
    Busy,

    /// <summary>It took too long.</summary>
    TimedOut,

    /// <summary>What it sent is no answer.</summary>
    Malformed,

    /// <summary>It does not take the request.</summary>
    Refused,

    /// <summary>The request does not fit its context.</summary>
    Overflow,

    /// <summary>It has no model of this name.</summary>
    UnknownModel,

    /// <summary>It does not take a tuned model's adapter.</summary>
    AdapterRefused,
}
