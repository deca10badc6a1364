using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Cremona.Server.Edge;
using Microsoft.AspNetCore.Builder;

namespace Cremona.Server.Tests.Edge;

public class LimitTests
{
    [Fact]
    public async Task Body_IsBounded()
    {
        await using ServerFixture server = await StartAsync("--Edge:JsonBodyBytesMax=1024");

        JsonElement fits = await server.Client.PostJsonAsync("/test/echo", $$"""{"a":"{{new string('x', 1000)}}"}""");
        JsonElement large = await server.Client.PostJsonAsync("/test/echo", $$"""{"a":"{{new string('x', 1100)}}"}""");

        fits.GetProperty("a").GetString()!.Length.ShouldBe(1000);
        large.StatusMessage().ShouldBe(
            "invalid params, request body exceeds 1024 bytes; send less, or raise Edge:JsonBodyBytesMax");
    }

    [Fact]
    public async Task Body_IsBounded_WhenItsLengthIsUnknown()
    {
        await using ServerFixture server = await StartAsync("--Edge:JsonBodyBytesMax=1024");
        using var content = new StringContent(new string(' ', 3000));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/test/echo") { Content = content };
        request.Headers.TransferEncodingChunked = true;

        using HttpResponseMessage answer = await server.Client.SendAsync(request);

        (await answer.ReadJsonAsync()).StatusMessage().ShouldBe(
            "invalid params, request body exceeds 1024 bytes; send less, or raise Edge:JsonBodyBytesMax");
    }

    [Fact]
    public async Task Body_IsBounded_ByTheEndpointsOwnBound_WhereItHasOne()
    {
        await using ServerFixture server = await ServerFixture.StartAsync(
            new ServerSetup { Map = app => app.MapPost("/test/echo", Echo).WithBodyLimit(500) });

        JsonElement large = await server.Client.PostJsonAsync("/test/echo", $$"""{"a":"{{new string('x', 600)}}"}""");

        large.StatusMessage().ShouldBe("invalid params, request body exceeds 500 bytes");
    }

    [Fact]
    public async Task Depth_IsBounded()
    {
        await using ServerFixture server = await StartAsync("--Edge:JsonDepthMax=8");

        JsonElement body = await server.Client.PostJsonAsync("/test/echo", """{"a":[[[[[[[[1]]]]]]]]}""");

        body.StatusMessage().ShouldBe("invalid params, invalid json body at line 1 column 13");
    }

    [Fact]
    public async Task Query_IsBounded_WithATraceInTheAnswer()
    {
        await using ServerFixture server = await StartAsync("--Edge:QueryBytesMax=256");

        using HttpResponseMessage answer =
            await server.Client.GetAsync(new Uri($"/test/echo?a={new string('x', 300)}", UriKind.Relative));

        answer.StatusCode.ShouldBe(HttpStatusCode.RequestUriTooLong);
        answer.Headers.Contains("Trace-Id").ShouldBeTrue();
        (await answer.ReadJsonAsync()).StatusMessage().ShouldBe("invalid params, query exceeds 256 bytes");
    }

    [Fact]
    public async Task Headers_AreBounded_WithATraceInTheAnswer()
    {
        await using ServerFixture server = await StartAsync("--Edge:HeaderBytesMax=1024");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/test/echo");
        request.Headers.TryAddWithoutValidation("X-Large", new string('x', 1200));

        using HttpResponseMessage answer = await server.Client.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.RequestHeaderFieldsTooLarge);
        (await answer.ReadJsonAsync()).StatusMessage().ShouldBe("invalid params, request headers exceeds 1024 bytes");
    }

    [Fact]
    public async Task Concurrency_IsBounded()
    {
        var gate = new TaskCompletionSource();
        var inside = new TaskCompletionSource();
        await using ServerFixture server = await ServerFixture.StartAsync(new ServerSetup
        {
            Settings = ["--Edge:ConcurrentRequestsMax=1"],
            Map = app => app.MapGet("/test/wait", async () =>
            {
                inside.SetResult();
                await gate.Task;
                return new Dictionary<string, string>();
            }),
        });

        Task<JsonElement> first = server.Client.GetJsonAsync("/test/wait");
        await inside.Task;
        JsonElement second = await server.Client.GetJsonAsync("/v1/files/list");
        gate.SetResult();
        await first;
        JsonElement third = await server.Client.GetJsonAsync("/v1/files/list");

        (second.StatusCode(), second.StatusMessage()).ShouldBe((1041, "too many concurrent requests"));
        third.StatusCode().ShouldBe(0);
    }

    [Theory]
    [InlineData("/healthz", "alive")]
    [InlineData("/readyz", "ready")]
    public async Task Health_IsAnswered_WhileAllRequestsAreTaken(string path, string status)
    {
        var gate = new TaskCompletionSource();
        var inside = new TaskCompletionSource();
        await using ServerFixture server = await ServerFixture.StartAsync(new ServerSetup
        {
            Settings = ["--Edge:ConcurrentRequestsMax=1", "--Edge:UseHttpStatuses=true"],
            Map = app => app.MapGet("/test/wait", async () =>
            {
                inside.SetResult();
                await gate.Task;
                return new Dictionary<string, string>();
            }),
        });

        Task<JsonElement> first = server.Client.GetJsonAsync("/test/wait");
        await inside.Task;
        using HttpResponseMessage answer = await server.Client.GetAsync(new Uri(path, UriKind.Relative));
        gate.SetResult();
        await first;

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.ReadJsonAsync()).GetProperty("status").GetString().ShouldBe(status);
    }

    [Theory]
    [InlineData("/healthz", "HTTP/1.1 200")]
    [InlineData("/v1/files/download", "HTTP/1.1 400")]
    public async Task Body_ThatNeverEnds_HoldsNothingOpen_WhereNoKeyIsNeeded(string path, string expected)
    {
        await using ServerFixture server = await StartAsync("--Edge:ConcurrentRequestsMax=1");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var socket = new TcpClient("127.0.0.1", server.Url.Port);
        byte[] request =
            Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{{");
        await socket.GetStream().WriteAsync(request, limit.Token);

        byte[] start = new byte[expected.Length];
        await socket.GetStream().ReadExactlyAsync(start, limit.Token);

        Encoding.ASCII.GetString(start).ShouldBe(expected);
        (await server.Client.GetJsonAsync("/v1/files/list")).StatusCode().ShouldBe(0);
    }

    [Fact]
    public async Task Time_IsBounded()
    {
        await using ServerFixture server = await ServerFixture.StartAsync(new ServerSetup
        {
            Map = app => app.MapGet("/test/forever", (CancellationToken stop) => ForeverAsync(stop))
                .WithTimeLimit(TimeSpan.FromMilliseconds(50)),
        });

        JsonElement body = await server.Client.GetJsonAsync("/test/forever");

        (body.StatusCode(), body.StatusMessage()).ShouldBe((1001, "request timeout"));
    }

    [Fact]
    public async Task Stop_CancelsRunningRequests_WithinItsGrace()
    {
        var inside = new TaskCompletionSource();
        await using ServerFixture server = await ServerFixture.StartAsync(new ServerSetup
        {
            Settings = ["--Edge:DrainSecondsMax=0.2"],
            Map = app => app.MapGet("/test/forever", (CancellationToken stop) => ForeverAsync(inside, stop)),
        });

        Task<JsonElement> running = server.Client.GetJsonAsync("/test/forever");
        await inside.Task;
        await server.App.StopAsync().WaitAsync(TimeSpan.FromSeconds(9));

        (await running).StatusMessage().ShouldBe("internal service error, the server is stopping");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData(null)]
    public async Task Body_IsJson_WhateverItsTypeSays(string? contentType)
    {
        await using ServerFixture server = await StartAsync();

        foreach (HttpMethod method in new[] { HttpMethod.Get, HttpMethod.Post, HttpMethod.Delete })
        {
            using var request = new HttpRequestMessage(method, "/test/echo");
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes("""{"a": "b",}"""));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
            using HttpResponseMessage answer = await server.Client.SendAsync(request);
            (await answer.ReadJsonAsync()).GetProperty("a").GetString().ShouldBe("b");
        }
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData(" \n", 0)]
    [InlineData("null", 0)]
    [InlineData("{}", 0)]
    [InlineData("[]", 2013)]
    [InlineData("\"a\"", 2013)]
    [InlineData("a=b", 2013)]
    public async Task Body_IsAnObjectOrNothing(string text, int code)
    {
        await using ServerFixture server = await StartAsync();

        (await server.Client.PostJsonAsync("/test/echo", text)).StatusCode().ShouldBe(code);
    }

    private static Task<ServerFixture> StartAsync(params string[] settings) => ServerFixture.StartAsync(new ServerSetup
    {
        Settings = settings,
        Map = app => app.MapMethods("/test/echo", ["GET", "POST", "DELETE"], Echo),
    });

    private static Dictionary<string, object?> Echo(RequestParameters parameters) => new()
    {
        ["a"] = parameters.FindString("a"),
        ["base_resp"] = Cremona.Protocol.Envelope.BaseResponse.Success,
    };

    private static async Task<string> ForeverAsync(CancellationToken stop)
    {
        await Task.Delay(Timeout.Infinite, stop);
        return "";
    }

    private static Task<string> ForeverAsync(TaskCompletionSource inside, CancellationToken stop)
    {
        inside.SetResult();
        return ForeverAsync(stop);
    }
}
