using Microsoft.AspNetCore.Http.Features;

namespace Cremona.Server.Edge;

/// <summary>Who calls: set by the door before any handler runs. Handlers take it as a parameter.</summary>
/// <param name="GroupId">The group every object of this request belongs to.</param>
/// <param name="TraceId">32 lower-case hex digits; sent as <c>Trace-Id</c> and used as the body <c>id</c> of chat
/// answers.</param>
/// <param name="KeyName">The key's name for logs, or null in open mode.</param>
/// <param name="KeyId">The id by which the key is listed; null in open mode, empty for JWT keys.</param>
public sealed record Caller(string GroupId, string TraceId, string? KeyName, string? KeyId)
{
    /// <summary>Lets minimal APIs bind a handler's parameter of this type.</summary>
    public static ValueTask<Caller> BindAsync(HttpContext context) =>
        ValueTask.FromResult(context.Features.GetRequiredFeature<Caller>());
}
