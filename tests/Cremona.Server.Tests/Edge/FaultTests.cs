using System.Net;
using System.Text.Json;
using Cremona.Protocol.Errors;
using Cremona.Server.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cremona.Server.Tests.Edge;

public class FaultTests
{
    [Theory]
    [InlineData("secret", 1000, "unknown error")]
    [InlineData("io", 1013, "internal service error")]
    [InlineData("sql", 1013, "internal service error")]
    [InlineData("full", 1013, "internal service error, the server's disk is full")]
    public async Task Fault_HidesItsText_AndLogsItWithTheTrace(string kind, int code, string text)
    {
        var log = new RecordedLog();
        await using ServerFixture server = await ServerFixture.StartAsync(new ServerSetup
        {
            Configure = services => services.AddSingleton<ILoggerProvider>(log),
            Map = app => app.MapGet("/test/fail", (string kind) => Fail(kind)),
        });

        using HttpResponseMessage answer =
            await server.Client.GetAsync(new Uri($"/test/fail?kind={kind}", UriKind.Relative));

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        string traceId = answer.Headers.GetValues("Trace-Id").Single();
        (await answer.Content.ReadAsStringAsync()).ShouldBe(
            $$$"""{"base_resp":{"status_code":{{{code}}},"status_msg":"{{{text}}}"}}""");
        log.Lines.ShouldContain(line => line.Contains(traceId, StringComparison.Ordinal)
            && line.Contains("the password is 123", StringComparison.Ordinal));
    }

    [Fact]
    public async Task OpenAIRoute_AnswersItsOwnErrorShape()
    {
        await using ServerFixture server = await ServerFixture.StartAsync(new ServerSetup { Map = MapOpenAI });
        using HttpClient anybody = server.CreateClient(null);

        foreach ((HttpClient client, string path, int status, string type, string message) in new[]
        {
            (server.Client, "/test/openai?kind=caller", 400, "bad_request_error", "invalid params, a (2013)"),
            (server.Client, "/test/openai?kind=busy", 429, "rate_limit_error", "slow down (1002)"),
            (server.Client, "/test/openai?kind=secret", 500, "server_error", "unknown error (1000)"),
            (anybody, "/test/openai", 401, "authorized_error", "login fail: Please carry the API secret key in the "
                + "'Authorization' field of the request header (1004)"),
        })
        {
            using HttpResponseMessage answer = await client.GetAsync(new Uri(path, UriKind.Relative));
            ((int)answer.StatusCode).ShouldBe(status);
            string traceId = answer.Headers.GetValues("Trace-Id").Single();
            string error = $$$"""{"type":"{{{type}}}","message":"{{{message}}}","http_code":"{{{status}}}"}""";
            string expected = $$$"""{"type":"error","error":{{{error}}},"request_id":"{{{traceId}}}"}""";
            (await answer.Content.ReadAsStringAsync()).ShouldBe(expected);
        }
    }

    [Fact]
    public async Task PlatformErrors_CarryRealStatuses_WhenAskedFor()
    {
        await using ServerFixture server = await ServerFixture.StartAsync("--Edge:UseHttpStatuses=true");
        using HttpClient anybody = server.CreateClient(null);

        using HttpResponseMessage refused = await anybody.GetAsync(new Uri("/v1/files/list", UriKind.Relative));
        using HttpResponseMessage invalid =
            await server.Client.GetAsync(new Uri("/v1/files/retrieve", UriKind.Relative));

        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await refused.ReadJsonAsync()).StatusCode().ShouldBe(1004);
        invalid.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await invalid.ReadJsonAsync()).StatusCode().ShouldBe(2013);
    }

    [Fact]
    public async Task Ready_NamesWhatIsMissing()
    {
        await using ServerFixture server = await ServerFixture.StartAsync($"--Storage:FreeDiskBytesMin={1L << 40}");

        using HttpResponseMessage answer = await server.Client.GetAsync(new Uri("/readyz", UriKind.Relative));

        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        JsonElement body = await answer.ReadJsonAsync();
        body.GetProperty("status").GetString().ShouldBe("not ready");
        body.GetProperty("faults").GetProperty("disk").GetString()!.ShouldContain("bytes are free");
    }

    [Fact]
    public async Task Ready_SaysThatTheDataFolderIsGone()
    {
        string folder = Directory.CreateTempSubdirectory("cremona-gone-").FullName;
        try
        {
            await using ServerFixture server =
                await ServerFixture.StartAsync(new ServerSetup { DataFolder = folder });

            Directory.Move(folder, folder + "-away");
            using HttpResponseMessage answer = await server.Client.GetAsync(new Uri("/readyz", UriKind.Relative));
            Directory.Move(folder + "-away", folder);

            answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            JsonElement body = await answer.ReadJsonAsync();
            body.GetProperty("faults").GetProperty("disk").GetString().ShouldBe("the data folder cannot be read");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("--Edge:JsonDepthMax=1", "Edge:JsonDepthMax is 1; it must be between 8 and 512.")]
    [InlineData("--Edge:PublicUrl=ftp://x", "Edge:PublicUrl must be")]
    [InlineData("--Files:PartsMax=0", "Files:PartsMax is 0; it must be between 2 and 1000.")]
    [InlineData("--Storage:DataFolder=", "Storage:DataFolder is empty")]
    public async Task Start_Fails_WhenASettingIsOutOfRange(string setting, string text)
    {
        var fault = await Should.ThrowAsync<Microsoft.Extensions.Options.OptionsValidationException>(
            async () => await ServerFixture.StartAsync(setting));

        fault.Message.ShouldContain(text);
    }

    private static void MapOpenAI(IEndpointRouteBuilder app) =>
        app.MapGet("/test/openai", (Caller caller, string kind) => Fail(kind)).OpenAIShaped();

    private static IResult Fail(string kind) => throw (kind switch
    {
        "caller" => ApiException.InvalidParameters("a"),
        "busy" => new ApiException(ApiError.RequestRateLimited, "slow down"),
        "io" => new IOException("the password is 123"),
        "full" => new IOException("the password is 123", 28),
        "sql" => new Microsoft.Data.Sqlite.SqliteException("the password is 123", 1),
        _ => new InvalidOperationException("the password is 123"),
    });

    private sealed class RecordedLog : ILoggerProvider, ILogger
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => Lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
