using Cremona.Protocol.Errors;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Edge.Pipeline;

/// <summary>Bounds of one request and of all of them: query and header size, body size, concurrency,
/// duration.</summary>
internal sealed class LimitMiddleware(
    RequestDelegate next, IOptions<EdgeOptions> options, Drain drain, TimeProvider clock, ErrorAnswer answer)
{
    private readonly EdgeOptions _options = options.Value;
    private int _atWork;

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Request.QueryString.Value?.Length > _options.QueryBytesMax)
        {
            await RefuseAsync(context, "query", _options.QueryBytesMax, StatusCodes.Status414UriTooLong);
            return;
        }

        if (HeaderBytes(context.Request.Headers) > _options.HeaderBytesMax)
        {
            await RefuseAsync(
                context, "request headers", _options.HeaderBytesMax, StatusCodes.Status431RequestHeaderFieldsTooLarge);
            return;
        }

        EndpointMetadataCollection? rules = context.GetEndpoint()?.Metadata;
        LimitBody(context, rules?.GetMetadata<EndpointRules.BodyLimitRule>()?.Bytes ?? _options.JsonBodyBytesMax);
        TimeSpan time = rules?.GetMetadata<EndpointRules.TimeLimitRule>()?.Limit
            ?? TimeSpan.FromSeconds(_options.RequestSecondsMax);

        bool isCounted = rules?.GetMetadata<EndpointRules.OutsideTheBoundRule>() is null;
        using var timer = new RequestTimer(time, clock, context.RequestAborted, drain.Token);
        context.Features.Set(timer);
        context.RequestAborted = timer.Token;
        try
        {
            if (isCounted && Interlocked.Increment(ref _atWork) > _options.ConcurrentRequestsMax)
            {
                throw new ApiException(
                    ApiError.TooManyConnections, ApiErrorCatalogue.Find(ApiError.TooManyConnections).DefaultText);
            }

            await next(context);
        }
        finally
        {
            if (isCounted)
            {
                Interlocked.Decrement(ref _atWork);
            }
        }
    }

    private Task RefuseAsync(HttpContext context, string what, int bytesMax, int status) => answer.WriteAsync(
        context, ApiError.InvalidParameters, $"invalid params, {what} exceeds {bytesMax} bytes", status);

    private static long HeaderBytes(IHeaderDictionary headers)
    {
        long bytes = 0;
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in headers)
        {
            foreach (string? value in values)
            {
                bytes += name.Length + (value?.Length ?? 0) + 4; // ": " and the line's end
            }
        }

        return bytes;
    }

    private static void LimitBody(HttpContext context, long bytesMax)
    {
        IHttpMaxRequestBodySizeFeature? feature = context.Features.Get<IHttpMaxRequestBodySizeFeature>();
        if (feature is { IsReadOnly: false })
        {
            feature.MaxRequestBodySize = bytesMax;
        }
    }
}
