namespace Cremona.Server.Models.Upstream;

/// <summary>A call of another server has failed. The message is for the log: it may name addresses, and never holds
/// what the server sent.</summary>
internal sealed class UpstreamException(UpstreamFault fault, string message, Exception? cause = null)
    : Exception(message, cause)
{
    public UpstreamFault Fault => fault;

    /// <summary>When the server asked us to come again.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The same request may succeed elsewhere or later. Who waited for a token to no avail has waited
    /// enough.</summary>
    public bool IsRetryable => fault is UpstreamFault.Unreachable or UpstreamFault.Failed or UpstreamFault.Busy
        or UpstreamFault.Malformed;

    /// <summary>It speaks against the server, not against the request.</summary>
    public bool IsOfTheServer => fault is UpstreamFault.Unreachable or UpstreamFault.Failed or UpstreamFault.TimedOut
        or UpstreamFault.Malformed;
}
