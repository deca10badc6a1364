using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cremona.Server.Tests.Chat;

/// <summary>A small server that answers as SearXNG does, or as badly as a test wants.</summary>
public sealed class SearchServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SearchServer(WebApplication app) => _app = app;

    public List<string> Queries { get; } = [];

    /// <summary>Writes the answer to a query.</summary>
    public Func<HttpContext, string, Task> Answer { get; set; } = (http, query) => http.Response.WriteAsJsonAsync(new
    {
        query,
        results = new object[]
        {
            new { title = $"About\n{query}", url = $"https://example.org/{Uri.EscapeDataString(query)}", content = new string('x', 20) },
            new { title = "Everything", url = "https://example.org/all" },
            new { title = "No address" },
        },
    });

    public string Url => _app.Urls.First();

    public static async Task<SearchServer> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(["--urls", "http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        WebApplication app = builder.Build();
        var server = new SearchServer(app);
        app.MapGet("/sub/search", async (HttpContext http, string q, string format) =>
        {
            format.ShouldBe("json");
            server.Queries.Add(q);
            await server.Answer(http, q);
        });
        await app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
