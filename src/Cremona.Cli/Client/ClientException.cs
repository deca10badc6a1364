namespace Cremona.Cli.Client;

/// <summary>The server refused a call, answered something else than the platform's wire, or was not reached.
/// The message is one line for a person: what, why, and the remedy where there is one.</summary>
public sealed class ClientException : Exception
{
    public ClientException(string message, int statusCode = 0, Exception? cause = null)
        : base(message, cause) => StatusCode = statusCode;

    /// <summary>The platform's <c>status_code</c>, or 0 when the fault is not the server's answer.</summary>
    public int StatusCode { get; }
}
