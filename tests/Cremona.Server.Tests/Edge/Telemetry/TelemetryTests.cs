using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Cremona.Protocol.Errors;
using Cremona.Server.Edge.Pipeline;
using Cremona.Server.Models;
using Cremona.Server.Storage;
using Cremona.Server.Tests.Chat;
using Cremona.Server.Tests.Models;
using Cremona.Server.Tests.Models.Upstream;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cremona.Server.Tests.Edge.Telemetry;

public partial class TelemetryTests
{
    private const string Alias = "/v1/chat/completions";
    private const string Ask = """{"model":"nano","messages":[{"role":"user","content":"who?"}]}""";

    [Fact]
    public async Task Metrics_TellCallsTokensAndTimes()
    {
        await using ServerFixture server = await ChatServer.StartAsync(new ScriptedModel());
        await server.Client.PostTextAsync(Alias, Ask.Replace("nano", "abab7-chat-preview", StringComparison.Ordinal));

        using HttpResponseMessage answer = await server.Client.GetAsync(new Uri("/metrics", UriKind.Relative));
        string text = await answer.Content.ReadAsStringAsync();

        answer.Content.Headers.ContentType!.ToString().ShouldBe("text/plain; version=0.0.4; charset=utf-8");
        const string labels = """gen_ai_operation_name="chat_completions",gen_ai_request_model="abab7-chat-preview" """;
        text.ShouldContain($$"""gen_ai_server_request_duration_seconds_count{{{labels.Trim()}}} 1""");
        text.ShouldContain($$"""gen_ai_server_time_to_first_token_seconds_count{{{labels.Trim()}}} 1""");
        text.ShouldContain($$"""gen_ai_server_time_per_output_token_seconds_count{{{labels.Trim()}}} 1""");
        text.ShouldContain($$"""cremona_tokens_total{{{labels.Trim()}},gen_ai_token_type="output"} 2""");
        text.ShouldContain("# TYPE cremona_tokens_total counter\n");
        text.ShouldContain("# TYPE gen_ai_server_request_duration_seconds histogram\n");
    }

    [Fact]
    public async Task Metrics_TellBatchesPassesMasksCompilationsAndCachedTokens_OfARealEngine()
    {
        await using ServerFixture server = await ServerFixture.StartAsync("--Models:Entries:nano:Aliases:99=only-engine");
        string turn = string.Concat(Enumerable.Repeat("Tell me about the sea and the sky. ", 12));
        const string Form = """
            {"type":"json_schema","json_schema":{"name":"n","schema":{"type":"array","items":{"enum":[true,17]}}}}
            """;
        string ask = $$"""
            {"model":"only-engine","max_tokens":8,"seed":1,"messages":[{"role":"user","content":"{{turn}}"}],
             "response_format":{{Form}}}
            """;
        string before = await server.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative));

        (await server.Client.PostTextAsync(Alias, ask)).ShouldContain("\"cached_tokens\":0");
        (await server.Client.PostTextAsync(Alias, ask)).ShouldNotContain("\"cached_tokens\":0");

        const string Cached =
            "cremona_tokens_total{gen_ai_operation_name=\"chat_completions\",gen_ai_request_model=\"only-engine\",gen_ai_token_type=\"cached\"}";
        string after = before;
        for (int i = 0; i < 200 && Sum(after, Cached) == Sum(before, Cached); i++)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken); // A call is counted after its answer.
            after = await server.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        }

        foreach (string series in new[]
        {
            "cremona_engine_batch_size_count", "cremona_engine_batch_size_sum", "cremona_engine_pass_duration_seconds_count",
            "cremona_engine_pass_duration_seconds_sum", "cremona_grammar_mask_duration_seconds_count",
            "cremona_grammar_compile_duration_seconds_count", Cached,
        })
        {
            Sum(after, series).ShouldBeGreaterThan(Sum(before, series), series);
        }

        static double Sum(string text, string series) => text.Split('\n')
            .Where(line => line.StartsWith(series, StringComparison.Ordinal))
            .Sum(line => double.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Metrics_AreWellFormed()
    {
        await using ServerFixture server = await ChatServer.StartAsync(
            new ScriptedModel(), "--Models:Entries:nano:Aliases:99=only-here");
        await server.Client.PostTextAsync(Alias, Ask.Replace("nano", "only-here", StringComparison.Ordinal));

        string[] lines = (await server.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative)))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

        lines.Where(line => !Sample().IsMatch(line) && !Comment().IsMatch(line)).ShouldBeEmpty();
        string[] types = [.. lines.Where(line => line.StartsWith("# TYPE", StringComparison.Ordinal))];
        types.Distinct().Count().ShouldBe(types.Length);
        long[] buckets =
        [
            .. lines.Where(line => line.StartsWith("gen_ai_server_request_duration_seconds_bucket{gen_ai_operation_name=\"chat_completions\",gen_ai_request_model=\"only-here\",le", StringComparison.Ordinal))
                .Select(line => long.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture)),
        ];
        buckets.Length.ShouldBe(17);
        buckets.ShouldBe(buckets.Order());
    }

    [Fact]
    public async Task UnknownModels_MakeNoSeries()
    {
        await using ServerFixture server = await ChatServer.StartAsync(new ScriptedModel());
        await server.Client.PostTextAsync(Alias, Ask.Replace("nano", "made-up", StringComparison.Ordinal));

        string text = await server.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative));

        text.ShouldNotContain("made-up");
        text.ShouldContain("error_type=\"2013\",gen_ai_operation_name=\"chat_completions\",gen_ai_request_model=\"\"");
    }

    [Theory]
    [InlineData("false", 401)]
    [InlineData("true", 200)]
    public async Task Metrics_NeedAKey_UnlessTheOperatorSaysOtherwise(string withoutKey, int status)
    {
        await using ServerFixture server = await ServerFixture.StartAsync($"--Telemetry:MetricsWithoutKey={withoutKey}");
        using HttpClient stranger = server.CreateClient(null);

        using HttpResponseMessage answer = await stranger.GetAsync(new Uri("/metrics", UriKind.Relative));

        ((int)answer.StatusCode).ShouldBe(status);
    }

    [Fact]
    public async Task Collector_GetsMetricsAndTraces_WhenItIsNamed()
    {
        await using FakeUpstream collector = await FakeUpstream.StartAsync(_ => Task.CompletedTask);
        await using (ServerFixture server = await ChatServer.StartAsync(
            new ScriptedModel(), $"--Telemetry:OtlpEndpoint={new Uri(collector.Url).GetLeftPart(UriPartial.Authority)}",
            "--Telemetry:OtlpProtocol=HttpProtobuf"))
        {
            await server.Client.PostTextAsync(Alias, Ask);
        }

        collector.Paths.ShouldContain("/v1/traces");
        collector.Paths.ShouldContain("/v1/metrics");
        string.Concat(collector.Bodies).ShouldContain("chat nano");
    }

    [Theory]
    [InlineData("false", false)]
    [InlineData("true", true)]
    public async Task Call_IsOneLineOfTheLog_WithoutContentsUnlessSwitchedOn(string logsContents, bool hasContents)
    {
        using var lines = new Lines();
        await using ServerFixture server = await ServerFixture.StartAsync(
            null,
            services => services.AddSingleton<IModelReader>(new ScriptedModel()).AddSingleton<ILoggerProvider>(lines),
            $"--Telemetry:LogsContents={logsContents}", "--Logging:LogLevel:Default=Information");

        await server.Client.PostTextAsync(Alias, Ask);
        await server.Client.PostTextAsync(Alias, Ask.Replace("nano", "none", StringComparison.Ordinal));

        string[] told = [.. lines.All.Where(line => line.Contains("chat_completions nano", StringComparison.Ordinal))];
        told.Length.ShouldBe(1);
        told[0].ShouldContain("ended with 0: 9 tokens in, 0 of them cached, 2 out, the first after ");
        lines.All.Count(line => line.Contains("chat_completions none ended with 2013", StringComparison.Ordinal)).ShouldBe(1);
        lines.All.Count(line => line.Contains("unsupported model: none", StringComparison.Ordinal)).ShouldBe(1);
        lines.All.ShouldNotContain(line => line.Contains("POST /v1/chat/completions 200", StringComparison.Ordinal));
        lines.All.Any(line => line.Contains("who?", StringComparison.Ordinal)
            || line.Contains("from China", StringComparison.Ordinal)).ShouldBe(hasContents);
    }

    [Fact]
    public void Reasons_AreCutInTheLog_WhenTheyAreLong()
    {
        using var lines = new Lines();
        var fault = new Fault(ApiError.InvalidParameters, new string('x', 100_000), IsOurs: false);

        lines.CallEnded(new UsageRow("t", 0, "1", "", "", "chat", "nano", 1, 0, 1, null, 1, 2013), fault);
        lines.Refused("POST", "/v1/files/list", fault, "t");

        string cut = $"{new string('x', 300)}... (100000 characters)";
        lines.All.Count(line => line.Contains(cut, StringComparison.Ordinal)).ShouldBe(2);
        lines.All.ShouldAllBe(line => line.Length < 600);
    }

    [GeneratedRegex(@"^[a-z_][a-zA-Z0-9_]*(\{[a-z_]+=""([^""\\]|\\.)*""(,[a-z_]+=""([^""\\]|\\.)*"")*\})? [-+0-9.eEInfa]+$")]
    private static partial Regex Sample();

    [GeneratedRegex("^# (HELP|TYPE) [a-z_][a-zA-Z0-9_]* .*$")]
    private static partial Regex Comment();

    /// <summary>Keeps what is logged.</summary>
    private sealed class Lines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> All { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => All.Enqueue(formatter(state, exception));

        public void Dispose()
        {
            // Holds nothing but lines.
        }
    }
}
