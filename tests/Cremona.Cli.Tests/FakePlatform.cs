using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Cremona.Cli.Tests;

/// <summary>A platform of fixed answers on a free loopback port, which remembers what it was asked.</summary>
internal sealed class FakePlatform : IAsyncDisposable
{
    private const string Success = """{"base_resp":{"status_code":0,"status_msg":"success"}}""";

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<(int Status, string ContentType, string Body)>>
        _answers = new();

    private FakePlatform(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single();

    public ConcurrentQueue<FakeRequest> Requests { get; } = new();

    public static async Task<FakePlatform> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        FakePlatform platform = new(builder.Build());
        platform._app.Run(platform.AnswerAsync);
        await platform._app.StartAsync();
        return platform;
    }

    /// <summary>The answers to calls of this path, in order; the last one stays.</summary>
    public FakePlatform Answer(string path, params string[] bodies) => Enqueue(path, "application/json", bodies, 200);

    public FakePlatform AnswerAs(string path, string contentType, string body, int status = 200) =>
        Enqueue(path, contentType, [body], status);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private FakePlatform Enqueue(string path, string contentType, string[] bodies, int status)
    {
        ConcurrentQueue<(int, string, string)> queue = _answers.GetOrAdd(path, _ => new());
        foreach (string body in bodies)
        {
            queue.Enqueue((status, contentType, body));
        }

        return this;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using StreamReader body = new(context.Request.Body);
        Requests.Enqueue(new FakeRequest(
            context.Request.Method,
            context.Request.Path,
            context.Request.QueryString.Value ?? "",
            context.Request.Headers.Authorization.ToString(),
            await body.ReadToEndAsync()));
        (int status, string contentType, string text) = (200, "application/json", Success);
        if (_answers.TryGetValue(context.Request.Path, out ConcurrentQueue<(int, string, string)>? queue))
        {
            bool isFound = queue.Count > 1
                ? queue.TryDequeue(out (int, string, string) answer)
                : queue.TryPeek(out answer);
            isFound.ShouldBeTrue();
            (status, contentType, text) = answer;
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.Headers["Trace-Id"] = "0123456789abcdef0123456789abcdef";
        await context.Response.WriteAsync(text);
    }
}
