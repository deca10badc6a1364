using Cremona.Server.Edge.Calls;

namespace Cremona.Server.Edge.Pipeline;

/// <summary>Gives every request its meter.</summary>
internal sealed class CallMiddleware(RequestDelegate next, TimeProvider clock)
{
    public Task InvokeAsync(HttpContext context)
    {
        context.Features.Set(new CallMeter(clock));
        return next(context);
    }
}
