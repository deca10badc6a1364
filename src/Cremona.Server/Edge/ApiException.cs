using Cremona.Protocol.Errors;

namespace Cremona.Server.Edge;

/// <summary>The caller's mistake, or a limit the caller met. The message is shown as <c>status_msg</c>.</summary>
public sealed class ApiException : Exception
{
    private const int ModelNameLengthMax = 200;

    public ApiException(ApiError error, string message)
        : base(message) => Error = error;

    public ApiError Error { get; }

    /// <summary>When the same request may succeed; sent as <c>Retry-After</c>. Null when nobody knows.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>2013 with the platform's style of text: <c>invalid params, {detail}</c>.</summary>
    public static ApiException InvalidParameters(string detail) =>
        new(ApiError.InvalidParameters, $"invalid params, {detail}");

    /// <summary>2013 for a model that is not known here. A text of any length is not said back.</summary>
    public static ApiException UnsupportedModel(string name) => InvalidParameters(name.Length > ModelNameLengthMax
        ? $"model has {name.Length} characters; a model name may have at most {ModelNameLengthMax}"
        : $"unsupported model: {name}");

    /// <summary>2013 for a required field that is missing.</summary>
    public static ApiException Missing(string field) =>
        InvalidParameters($"binding: expr_path={field}, cause=missing required parameter");

    /// <summary>2013 for a field of the wrong type.</summary>
    public static ApiException WrongType(string field) =>
        InvalidParameters($"binding: expr_path={field}, cause=parameter type does not match binding data");
}
