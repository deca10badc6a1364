using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Cremona.Server.Tests;

/// <summary>How a test's server differs from the real one.</summary>
public sealed record ServerSetup
{
    /// <summary>As on the command line: <c>--Edge:JsonDepthMax=8</c>.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>A folder to use and to keep; null makes one that vanishes.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Replaces services before the server is built.</summary>
    public Action<IServiceCollection>? Configure { get; init; }

    /// <summary>Adds endpoints behind the real door.</summary>
    public Action<WebApplication>? Map { get; init; }
}
