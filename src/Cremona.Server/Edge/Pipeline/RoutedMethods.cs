namespace Cremona.Server.Edge.Pipeline;

/// <summary>Routing answers a wrong method with an endpoint of its own, which is no route; keys and bodies do not
/// matter to it.</summary>
internal static class RoutedMethods
{
    public static bool IsRouted(HttpContext context) => context.GetEndpoint() is RouteEndpoint;
}
