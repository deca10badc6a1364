namespace Cremona.Protocol.Errors;

/// <summary>The platform's status codes. One row of <see cref="ApiErrorCatalogue"/> each; the value is the wire's
/// <c>status_code</c>.</summary>
public enum ApiError
{
    Unknown = 1000,
    Timeout = 1001,
    RequestRateLimited = 1002,
    Unauthorized = 1004,
    InsufficientBalance = 1008,
    Internal = 1013,
    InputSensitive = 1026,
    OutputSensitive = 1027,
    TokenRateLimited = 1039,
    TooManyConnections = 1041,
    InvalidParameters = 2013,
    InvalidApiKey = 2049,
}
