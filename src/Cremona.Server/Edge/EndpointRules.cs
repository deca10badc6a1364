namespace Cremona.Server.Edge;

/// <summary>What a route group says to the door about its endpoints.</summary>
public static class EndpointRules
{
    /// <summary>Errors of these endpoints are OpenAI's error object with a real HTTP status.</summary>
    public static TBuilder OpenAIShaped<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new OpenAIShapedRule());

    /// <summary>The handler reads the body itself; the door looks at the query only.</summary>
    public static TBuilder ReadsOwnBody<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new ReadsOwnBodyRule());

    /// <summary>Errors keep the platform's shape but carry their real HTTP status, for links that browsers
    /// open and for what watches the process.</summary>
    public static TBuilder WithHttpStatuses<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new HttpStatusesRule());

    /// <summary>Anyone may call, without a key; handlers cannot take a <see cref="Caller"/>, and bodies are not
    /// read.</summary>
    public static TBuilder WithoutKey<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new WithoutKeyRule());

    /// <summary>Answered also while <see cref="EdgeOptions.ConcurrentRequestsMax"/> requests are at work, and none of
    /// them.</summary>
    public static TBuilder OutsideTheBound<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new OutsideTheBoundRule());

    /// <summary>Bound of the body in bytes instead of <see cref="EdgeOptions.JsonBodyBytesMax"/>.</summary>
    public static TBuilder WithBodyLimit<TBuilder>(this TBuilder builder, long bytes)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new BodyLimitRule(bytes));

    /// <summary>Bound of the request's duration instead of <see cref="EdgeOptions.RequestSecondsMax"/>.</summary>
    public static TBuilder WithTimeLimit<TBuilder>(this TBuilder builder, TimeSpan limit)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new TimeLimitRule(limit));

    public sealed record OpenAIShapedRule;

    public sealed record ReadsOwnBodyRule;

    public sealed record HttpStatusesRule;

    public sealed record WithoutKeyRule;

    public sealed record OutsideTheBoundRule;

    public sealed record BodyLimitRule(long Bytes);

    public sealed record TimeLimitRule(TimeSpan Limit);
}
