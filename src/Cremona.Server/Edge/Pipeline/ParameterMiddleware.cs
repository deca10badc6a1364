using System.Text.Json;
using Cremona.Server.Edge.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Edge.Pipeline;

/// <summary>Reads the parameters of query and JSON body, on any verb and under any content type. Where no key is
/// needed only the query counts: nobody holds a request open with a body that never ends.</summary>
internal sealed class ParameterMiddleware(RequestDelegate next, IOptions<EdgeOptions> options)
{
    private const int FirstBufferBytes = 16 * 1024;

    public async Task InvokeAsync(HttpContext context)
    {
        if (RoutedMethods.IsRouted(context))
        {
            EndpointMetadataCollection rules = context.GetEndpoint()!.Metadata;
            JsonElement body = rules.GetMetadata<EndpointRules.ReadsOwnBodyRule>() is null
                && rules.GetMetadata<EndpointRules.WithoutKeyRule>() is null
                    ? await ReadBodyAsync(context)
                    : RequestParameters.EmptyBody;
            context.Features.Set(new RequestParameters(context.Request.Query, body));
        }

        await next(context);
    }

    private async Task<JsonElement> ReadBodyAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            return RequestParameters.EmptyBody;
        }

        // The announced length is not believed: memory grows with what really arrives.
        int capacity = (int)Math.Min(context.Request.ContentLength ?? FirstBufferBytes, FirstBufferBytes);
        var buffer = new MemoryStream(capacity);
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
        ReadOnlyMemory<byte> utf8 = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        if (utf8.Span.Trim(" \t\r\n"u8).IsEmpty)
        {
            return RequestParameters.EmptyBody;
        }

        JsonDocument document = LenientJson.Parse(utf8, options.Value.JsonDepthMax);
        context.Response.RegisterForDispose(document);
        return document.RootElement.ValueKind switch
        {
            JsonValueKind.Object => document.RootElement,
            JsonValueKind.Null => RequestParameters.EmptyBody,
            _ => throw ApiException.InvalidParameters("json body must be an object"),
        };
    }
}
