namespace Cremona.Protocol.Errors;

/// <summary>The one table of errors. <c>docs/reference/errors.md</c> is generated from it.</summary>
public static class ApiErrorCatalogue
{
    public static IReadOnlyList<ApiErrorEntry> Entries { get; } =
    [
        new(ApiError.Unknown, 500, true, "unknown error", "server_error",
            "An unexpected fault; the log has the trace id."),
        new(ApiError.Timeout, 500, true, "request timeout", "timeout_error",
            "The request took longer than its time limit."),
        new(ApiError.RequestRateLimited, 429, true, "rate limit exceeded(RPM)", "rate_limit_error",
            "Too many requests per minute."),
        new(ApiError.Unauthorized, 401, false,
            "login fail: Please carry the API secret key in the 'Authorization' field of the request header",
            "authorized_error", "No key, an unknown key, or a GroupId that is not the key's group."),
        new(ApiError.InsufficientBalance, 402, false, "insufficient balance", "insufficient_balance_error",
            "The group's quota is used up."),
        new(ApiError.Internal, 500, true, "internal service error", "server_error",
            "The engine or the store failed; the log has the trace id."),
        new(ApiError.InputSensitive, 400, false, "input new_sensitive", "bad_request_error",
            "The input violates the content rules."),
        new(ApiError.OutputSensitive, 400, false, "output new_sensitive", "bad_request_error",
            "The output violates the content rules."),
        new(ApiError.TokenRateLimited, 429, true, "rate limit exceeded(TPM)", "rate_limit_error",
            "Too many tokens per minute."),
        new(ApiError.TooManyConnections, 429, true, "too many concurrent requests", "rate_limit_error",
            "The server is at its bound of concurrent requests."),
        new(ApiError.InvalidParameters, 400, false, "invalid params", "bad_request_error",
            "A parameter is missing, malformed or out of range."),
        new(ApiError.InvalidApiKey, 401, false, "invalid api key", "authorized_error",
            "An unknown key, where Edge:UseInvalidApiKeyCode asks for the code of 2025."),
    ];

    public static ApiErrorEntry Find(ApiError error) => Entries.First(entry => entry.Error == error);
}
