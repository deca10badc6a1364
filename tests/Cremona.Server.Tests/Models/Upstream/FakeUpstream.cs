using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cremona.Server.Tests.Models.Upstream;

/// <summary>Another server that does whatever a test wants: call by call, the last script again and again.</summary>
public sealed class FakeUpstream : IAsyncDisposable
{
    public const string Secret = "the text of the upstream server";

    private readonly WebApplication _app;
    private readonly Func<HttpContext, Task>[] _scripts;
    private int _calls;

    private FakeUpstream(Func<HttpContext, Task>[] scripts)
    {
        _scripts = scripts;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(["--urls", "http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MinResponseDataRate = null);
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    /// <summary>Completes when a caller has left.</summary>
    public TaskCompletionSource CallerLeft { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConcurrentQueue<string> Bodies { get; } = [];

    public ConcurrentQueue<string> Paths { get; } = [];

    public ConcurrentQueue<string> Keys { get; } = [];

    public int Calls => Volatile.Read(ref _calls);

    public string Url => _app.Urls.First() + "/v1";

    public static async Task<FakeUpstream> StartAsync(params Func<HttpContext, Task>[] scripts)
    {
        var fake = new FakeUpstream(scripts);
        await fake._app.StartAsync();
        return fake;
    }

    /// <summary>Answers in two pieces, with usage.</summary>
    public static async Task AnswerWellAsync(HttpContext http)
    {
        await SendAsync(
            http, Delta("Hello"), Delta(" there"), """{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""",
            """{"choices":[],"usage":{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18}}""", "[DONE]");
    }

    public static string Delta(string text) =>
        $$"""{"choices":[{"index":0,"delta":{"content":"{{text}}"},"finish_reason":null}]}""";

    public static async Task SendAsync(HttpContext http, params string[] events)
    {
        if (!http.Response.HasStarted)
        {
            http.Response.ContentType = "text/event-stream";
        }

        foreach (string data in events)
        {
            await http.Response.WriteAsync($"data: {data}\n\n");
        }

        await http.Response.Body.FlushAsync();
    }

    /// <summary>Answers with an error whose text must not reach the client.</summary>
    public static Func<HttpContext, Task> Fail(int status, string code = "", string? retryAfter = null) => http =>
    {
        http.Response.StatusCode = status;
        http.Response.Headers.RetryAfter = retryAfter;
        return http.Response.WriteAsync($$$"""{"error":{"message":"{{{Secret}}}","code":"{{{code}}}"}}""");
    };

    /// <summary>Says something, then the connection breaks.</summary>
    public static Func<HttpContext, Task> CutAfter(params string[] events) => async http =>
    {
        await SendAsync(http, events);
        http.Abort();
    };

    /// <summary>Says something, then nothing any more.</summary>
    public static Func<HttpContext, Task> HangAfter(params string[] events) => async http =>
    {
        await SendAsync(http, events);
        await Task.Delay(Timeout.Infinite, http.RequestAborted);
    };

    /// <summary>Says the same without end.</summary>
    public static Func<HttpContext, Task> Repeat(string text) => async http =>
    {
        while (true)
        {
            await http.Response.WriteAsync(text, http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
        }
    };

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        http.RequestAborted.Register(() => CallerLeft.TrySetResult());
        int call = Interlocked.Increment(ref _calls);
        using var body = new StreamReader(http.Request.Body);
        Bodies.Enqueue(await body.ReadToEndAsync());
        Paths.Enqueue(http.Request.Path);
        Keys.Enqueue(http.Request.Headers.Authorization.ToString());
        try
        {
            await _scripts[Math.Min(call, _scripts.Length) - 1](http);
        }
        catch (OperationCanceledException)
        {
            // The caller has left.
        }
    }
}
