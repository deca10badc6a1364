using Cremona.Server.Edge.Keys;

namespace Cremona.Server.Edge.Pipeline;

/// <summary>Nobody reaches a handler without a key, unless the endpoint says so.</summary>
internal sealed class KeyMiddleware(RequestDelegate next, Doorkeeper doorkeeper)
{
    public async Task InvokeAsync(HttpContext context)
    {
        EndpointMetadataCollection? rules = context.GetEndpoint()?.Metadata;
        if (rules is not null && RoutedMethods.IsRouted(context)
            && rules.GetMetadata<EndpointRules.WithoutKeyRule>() is null)
        {
            context.Features.Set(await doorkeeper.AdmitAsync(context, context.TraceIdentifier));
        }

        await next(context);
    }
}
