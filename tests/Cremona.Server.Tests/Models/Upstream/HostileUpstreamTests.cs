using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Cremona.Server.Tests.Chat;
using Microsoft.AspNetCore.Http;

namespace Cremona.Server.Tests.Models.Upstream;

/// <summary>Servers that fail in every way: the client gets a clear code, never their words.</summary>
public class HostileUpstreamTests
{
    private const string Alias = "/v1/chat/completions";
    private const string V2 = "/v1/text/chatcompletion_v2";
    private const string Ask = """{"model":"far","messages":[{"role":"user","content":"hi"}]}""";
    private const string AskStream = """{"model":"far","stream":true,"messages":[{"role":"user","content":"hi"}]}""";
    private const string Failing = "internal service error, the server that runs model far fails; the log says why";
    private const string Empty = """{"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}""";

    private static readonly string Hello = FakeUpstream.Delta("Hello");

    [Theory]
    [InlineData(500, "", 1013, Failing, 2)]
    [InlineData(503, "", 1013, Failing, 2)]
    [InlineData(401, "", 1013, Failing, 2)]
    [InlineData(404, "", 1013, Failing, 1)]
    [InlineData(301, "", 1013, Failing, 2)]
    [InlineData(400, "context_length_exceeded", 2013, "invalid params, about 4 prompt tokens + 256 of output exceed the context of model far, 32768 tokens or what its server allows; shorten messages or ask for fewer tokens", 1)]
    [InlineData(400, "", 2013, "invalid params, messages or options are not taken by the server that runs model far; leave out what it does not offer", 1)]
    [InlineData(422, "", 2013, "invalid params, messages or options are not taken by the server that runs model far; leave out what it does not offer", 1)]
    public async Task Status_BecomesThePlatformsCode(int status, string code, int expected, string text, int calls)
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(FakeUpstream.Fail(status, code));
        await using ServerFixture server = await UpstreamServer.StartAsync([fake.Url]);

        JsonElement answer = await server.Client.PostJsonAsync(V2, Ask);

        answer.StatusCode().ShouldBe(expected);
        answer.StatusMessage().ShouldBe(text);
        answer.ToString().ShouldNotContain(FakeUpstream.Secret);
        fake.Calls.ShouldBe(calls);
    }

    [Fact]
    public async Task BusyServer_IsToldWithItsRetryAfter()
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(FakeUpstream.Fail(429, retryAfter: "7"));
        await using ServerFixture server = await UpstreamServer.StartAsync([fake.Url]);

        using HttpResponseMessage answer = await server.Client.PostAsync(Alias, Json(Ask));

        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(7));
        (await answer.Content.ReadAsStringAsync()).ShouldContain("(1041)");
        fake.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task BusyServer_IsNotAskedAgain_WhileTheOthersAreLeftAlone()
    {
        await using FakeUpstream dead = await FakeUpstream.StartAsync(FakeUpstream.Fail(500));
        await using FakeUpstream busy = await FakeUpstream.StartAsync(FakeUpstream.Fail(429, retryAfter: "7"));
        await using ServerFixture server = await UpstreamServer.StartAsync(
            [dead.Url, busy.Url], UpstreamServer.Setting("FailuresMax=1"), UpstreamServer.Setting("BreakSeconds=3600"));
        await server.Client.PostJsonAsync(Alias, Ask);
        dead.Calls.ShouldBe(1);
        busy.Calls.ShouldBe(1);

        using HttpResponseMessage answer = await server.Client.PostAsync(Alias, Json(Ask));

        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(7));
        dead.Calls.ShouldBe(1);
        busy.Calls.ShouldBe(2);
    }

    [Theory]
    [InlineData(60, 30, 61)]
    [InlineData(-30, 0, 0)]
    public async Task BusyServer_IsToldWithItsRetryAfter_WhenItIsADate(int seconds, int min, int max)
    {
        string date = TimeProvider.System.GetUtcNow().AddSeconds(seconds).ToString("r");
        await using FakeUpstream fake = await FakeUpstream.StartAsync(FakeUpstream.Fail(429, retryAfter: date));
        await using ServerFixture server = await UpstreamServer.StartAsync([fake.Url]);

        using HttpResponseMessage answer = await server.Client.PostAsync(Alias, Json(Ask));

        answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(min, max);
    }

    [Fact]
    public async Task DefaultLimit_ShrinksToTheContext_AndIsToldAsTheModels()
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(http => FakeUpstream.SendAsync(
            http, Hello, """{"choices":[{"index":0,"delta":{},"finish_reason":"length"}]}""", "[DONE]"));
        await using ServerFixture server = await UpstreamServer.StartAsync(
            [fake.Url], UpstreamServer.Setting("ContextTokens=100"));
        const string body = """
            {"model":"far","bot_setting":[{"bot_name":"M","content":"x"}],"reply_constraints":{"sender_type":"BOT","sender_name":"M"},"messages":[{"sender_type":"USER","sender_name":"u","text":"hi"}]
            """;

        string shrunk = await server.Client.PostTextAsync("/v1/text/chatcompletion_pro", body + "}");
        string given = await server.Client.PostTextAsync(
            "/v1/text/chatcompletion_pro", body + ",\"tokens_to_generate\":97}");

        shrunk.ShouldContain("\"finish_reason\":\"max_output\"");
        given.ShouldContain("\"finish_reason\":\"length\"");
        fake.Bodies.Select(sent => JsonDocument.Parse(sent).RootElement.GetProperty("max_tokens").GetInt32())
            .ShouldBe([92, 97]);
    }

    [Theory]
    [InlineData("mail a@b.com at once", "mail ******* at once")]
    [InlineData("{\\\"a\\\":\\\"\\\\u0041b@x.com\\\"}", "********")]
    [InlineData(" {\\\"tel\\\":13800138000,\\\"a\\\":\\\"a@b.com\\\"}", ":13800138000,")]
    public async Task AnswerThatShouldBeJson_IsMasked_WhateverItIs(string said, string masked)
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(http => FakeUpstream.SendAsync(
            http, FakeUpstream.Delta(said), """{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""", "[DONE]"));
        await using ServerFixture server = await UpstreamServer.StartAsync([fake.Url]);

        string answer = await server.Client.PostTextAsync(
            V2,
            """{"model":"far","mask_sensitive_info":true,"response_format":{"type":"json_object"},"messages":[{"role":"user","content":"hi"}]}""");

        answer.ShouldContain(masked);
        answer.ShouldNotContain("b.com");
        answer.ShouldNotContain("x.com");
    }

    [Fact]
    public async Task NobodyThere_IsAnInternalError()
    {
        await using ServerFixture server = await UpstreamServer.StartAsync(["http://127.0.0.1:1/v1"]);

        JsonElement answer = await server.Client.PostJsonAsync(V2, Ask);

        answer.StatusCode().ShouldBe(1013);
        answer.StatusMessage().ShouldBe(Failing);
    }

    public static TheoryData<string, Func<HttpContext, Task>> FaultsBeforeTheFirstToken => new()
    {
        { "500", FakeUpstream.Fail(500) },
        { "429", FakeUpstream.Fail(429, retryAfter: "0") },
        { "cut", FakeUpstream.CutAfter() },
        { "cut after an empty chunk", FakeUpstream.CutAfter(Empty) },
        { "no JSON", http => FakeUpstream.SendAsync(http, "{") },
        { "wrong type", http => FakeUpstream.SendAsync(http, """{"choices":7}""") },
        { "half a surrogate", http => FakeUpstream.SendAsync(http, """{"choices":[{"delta":{"content":"\ud800"}}]}""") },
        { "an error", http => FakeUpstream.SendAsync(http, """{"error":{"message":"x","code":503}}""") },
        { "nothing", http => Task.CompletedTask },
        { "end without a reason", http => FakeUpstream.SendAsync(http, "[DONE]") },
        { "a call without a name", http => FakeUpstream.SendAsync(http, """{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]}}]}""") },
        { "a probability that is no number", http => FakeUpstream.SendAsync(http, """{"choices":[{"delta":{"content":"x"},"logprobs":{"content":[{"token":"x","logprob":-1e999}]}}]}""") },
        { "a whole answer, no stream", http => http.Response.WriteAsync("""{"choices":[]}""") },
        { "an endless line", FakeUpstream.Repeat("data: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx") },
        { "endless comments", FakeUpstream.Repeat(": xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n") },
    };

    [Theory]
    [MemberData(nameof(FaultsBeforeTheFirstToken), DisableDiscoveryEnumeration = true)]
    public async Task FaultBeforeTheFirstToken_IsTriedAgain(string name, Func<HttpContext, Task> fault)
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(fault, FakeUpstream.AnswerWellAsync);
        await using ServerFixture server = await UpstreamServer.StartAsync(
            [fake.Url], UpstreamServer.Setting("AnswerBytesMax=2000000"));

        JsonElement answer = await server.Client.PostJsonAsync(Alias, Ask);

        answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()
            .ShouldBe("Hello there", name);
        answer.GetProperty("usage").GetProperty("total_tokens").GetInt32().ShouldBe(18);
        fake.Calls.ShouldBe(2);
    }

    public static TheoryData<string, Func<HttpContext, Task>> FaultsWithinAnAnswer => new()
    {
        { "no JSON", http => FakeUpstream.SendAsync(http, Hello, Hello, "{]") },
        { "an error", http => FakeUpstream.SendAsync(http, Hello, Hello, $$"""{"error":"{{FakeUpstream.Secret}}"}""") },
        { "end without a reason", http => FakeUpstream.SendAsync(http, Hello, Hello, "[DONE]") },
        { "a huge event", http => FakeUpstream.SendAsync(http, Hello, Hello, FakeUpstream.Delta(new string('x', 1_500_000))) },
        { "an endless answer", FakeUpstream.Repeat($"data: {Hello}\n\n") },
        { "a call without a name", http => FakeUpstream.SendAsync(http, Hello, Hello, """{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]}}]}""") },
        { "too many tokens", http => FakeUpstream.SendAsync(http, Hello, Hello, """{"choices":[],"usage":{"completion_tokens":-1}}""") },
    };

    [Theory]
    [MemberData(nameof(FaultsWithinAnAnswer), DisableDiscoveryEnumeration = true)]
    public async Task FaultWithinAnAnswer_EndsTheStreamInAnError(string name, Func<HttpContext, Task> fault)
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(fault);
        await using ServerFixture server = await UpstreamServer.StartAsync(
            [fake.Url], UpstreamServer.Setting("AnswerBytesMax=2000000"));

        JsonElement[] events = await server.Client.PostStreamAsync(V2, AskStream);

        events[^1].StatusCode().ShouldBe(1013, name);
        events[^1].ToString().ShouldNotContain(FakeUpstream.Secret);
        fake.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task ConnectionThatBreaksWithinAnAnswer_EndsTheStreamInAnError()
    {
        TaskCompletionSource isRead = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using FakeUpstream fake = await FakeUpstream.StartAsync(async http =>
        {
            await FakeUpstream.SendAsync(http, Hello, Hello);
            await isRead.Task;
            http.Abort();
        });
        await using ServerFixture server = await UpstreamServer.StartAsync([fake.Url]);
        using var request = new HttpRequestMessage(HttpMethod.Post, V2) { Content = Json(AskStream) };
        using HttpResponseMessage answer =
            await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        (await reader.ReadLineAsync()).ShouldNotBeNull().ShouldContain("Hello");

        isRead.SetResult();

        string rest = await reader.ReadToEndAsync();
        rest.ShouldContain("Hello");
        rest.ShouldContain("\"status_code\":1013");
        fake.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task SlowFirstToken_IsATimeout()
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(FakeUpstream.HangAfter(Empty));
        await using ServerFixture server = await UpstreamServer.StartAsync(
            [fake.Url], UpstreamServer.Setting("FirstTokenSeconds=0.3"));

        (await server.Client.PostJsonAsync(V2, Ask)).StatusCode().ShouldBe(1001);
        fake.Calls.ShouldBe(1);
        await fake.CallerLeft.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task EmptyChunksWithoutEnd_AreNoFirstToken()
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(FakeUpstream.Repeat($"data: {Empty}\n\n"));
        await using ServerFixture server = await UpstreamServer.StartAsync(
            [fake.Url], UpstreamServer.Setting("FirstTokenSeconds=0.3"), UpstreamServer.Setting("AnswerBytesMax=2000000000"));

        (await server.Client.PostJsonAsync(V2, Ask)).StatusCode().ShouldBe(1001);
    }

    [Fact]
    public async Task SlowNextToken_EndsTheStreamAsATimeout()
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(FakeUpstream.HangAfter(Hello, Hello));
        await using ServerFixture server = await UpstreamServer.StartAsync(
            [fake.Url], UpstreamServer.Setting("TokenSeconds=0.3"));

        JsonElement[] events = await server.Client.PostStreamAsync(V2, AskStream);

        events[^1].StatusCode().ShouldBe(1001);
        fake.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task MissingUsage_IsCountedByChunks()
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(http => FakeUpstream.SendAsync(
            http, Hello, """{"choices":[{"delta":{},"finish_reason":"length"}]}"""));
        await using ServerFixture server = await UpstreamServer.StartAsync([fake.Url]);

        JsonElement answer = await server.Client.PostJsonAsync(Alias, Ask);

        answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString().ShouldBe("length");
        answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32().ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"prompt_tokens":0,"completion_tokens":7}""", 4, 7)]
    [InlineData("""{"completion_tokens":7}""", 4, 7)]
    [InlineData("""{"prompt_tokens":11}""", 11, 1)]
    [InlineData("""{"prompt_tokens":11,"completion_tokens":null}""", 11, 1)]
    public async Task CountThatIsNotTold_StaysTheEstimate(string usage, int promptTokens, int completionTokens)
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(http => FakeUpstream.SendAsync(
            http, Hello, """{"choices":[{"delta":{},"finish_reason":"stop"}]}""", $$"""{"choices":[],"usage":{{usage}}}""",
            "[DONE]"));
        await using ServerFixture server = await UpstreamServer.StartAsync([fake.Url]);

        JsonElement told = (await server.Client.PostJsonAsync(Alias, Ask)).GetProperty("usage");

        told.GetProperty("prompt_tokens").GetInt32().ShouldBe(promptTokens);
        told.GetProperty("completion_tokens").GetInt32().ShouldBe(completionTokens);
        told.GetProperty("total_tokens").GetInt32().ShouldBe(promptTokens + completionTokens);
    }

    [Fact]
    public async Task LogProbabilities_AreThoseOfTheAnswer_AlsoOfATokenWithoutText_NotOfThoughts()
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(http => FakeUpstream.SendAsync(
            http,
            """{"choices":[{"delta":{"content":""},"logprobs":{"content":[{"token":"a","logprob":-1}]}}]}""",
            """{"choices":[{"delta":{"reasoning_content":"hm"},"logprobs":{"content":[{"token":"b","logprob":-1}]}}]}""",
            """{"choices":[{"delta":{"content":"Hello"},"logprobs":{"content":[{"token":"c","logprob":-1}]}}]}""",
            """{"choices":[{"delta":{},"finish_reason":"stop"}]}""", "[DONE]"));
        await using ServerFixture server = await UpstreamServer.StartAsync([fake.Url]);

        JsonElement answer = await server.Client.PostJsonAsync(
            Alias, """{"model":"far","logprobs":true,"messages":[{"role":"user","content":"hi"}]}""");

        JsonElement choice = answer.GetProperty("choices")[0];
        choice.GetProperty("message").GetProperty("content").GetString().ShouldBe("Hello");
        choice.GetProperty("logprobs").GetProperty("content").EnumerateArray()
            .Select(token => token.GetProperty("token").GetString()).ShouldBe(["a", "c"]);
    }

    [Fact]
    public async Task Request_CarriesWhatWasAskedFor()
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(FakeUpstream.AnswerWellAsync);
        await using ServerFixture server = await UpstreamServer.StartAsync(
            [fake.Url], UpstreamServer.Setting("Key=k-1"));

        await server.Client.PostJsonAsync(
            Alias,
            """{"model":"far","max_tokens":9,"temperature":0.5,"top_p":0.25,"seed":4,"presence_penalty":1,"frequency_penalty":-1,"stop":"X","response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object","maxProperties":1}}},"messages":[{"role":"system","content":"s"},{"role":"user","content":"é"}]}""");

        fake.Bodies.Single().ShouldBe(
            """{"model":"remote/name","messages":[{"role":"system","content":"s"},{"role":"user","content":"é"}],"stream":true,"stream_options":{"include_usage":true},"max_tokens":9,"temperature":0.5,"top_p":0.25,"presence_penalty":1,"frequency_penalty":-1,"seed":4,"stop":["X"],"response_format":{"type":"json_schema","json_schema":{"name":"answer","strict":true,"schema":{"type":"object","maxProperties":1}}}}""");
        fake.Paths.Single().ShouldBe("/v1/chat/completions");
        fake.Keys.Single().ShouldBe("Bearer k-1");
    }

    [Fact]
    public async Task Glyph_IsRefusedWithFieldReasonAndRemedy()
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(FakeUpstream.AnswerWellAsync);
        await using ServerFixture server = await UpstreamServer.StartAsync([fake.Url]);

        JsonElement answer = await server.Client.PostJsonAsync(
            "/v1/text/chatcompletion_pro",
            """{"model":"far","bot_setting":[{"bot_name":"M","content":"x"}],"reply_constraints":{"sender_type":"BOT","sender_name":"M","glyph":{"type":"raw","raw_glyph":"{{gen 'a'}}"}},"messages":[{"sender_type":"USER","sender_name":"u","text":"hi"}]}""");

        answer.StatusCode().ShouldBe(2013);
        answer.StatusMessage().ShouldBe(
            "invalid params, glyph is not available for model far, which another server runs; leave it out or use a model that this server runs");
        fake.Calls.ShouldBe(0);
    }

    [Fact]
    public async Task FineTuning_IsRefusedWithFieldReasonAndRemedy()
    {
        await using ServerFixture server = await UpstreamServer.StartAsync(["http://127.0.0.1:1/v1"]);

        JsonElement answer = await server.Client.PostJsonAsync(
            "/v1/create_finetune_job", """{"model":"far","training_file":1}""");

        answer.StatusCode().ShouldBe(2013);
        answer.StatusMessage().ShouldBe(
            "invalid params, model far cannot be tuned, its weights are not on this server; take another model");
    }

    [Fact]
    public async Task DeadReplica_IsLeftAloneAfterSomeFailures()
    {
        await using FakeUpstream dead = await FakeUpstream.StartAsync(FakeUpstream.Fail(500));
        await using FakeUpstream alive = await FakeUpstream.StartAsync(FakeUpstream.AnswerWellAsync);
        await using ServerFixture server = await UpstreamServer.StartAsync(
            [dead.Url, alive.Url], UpstreamServer.Setting("FailuresMax=3"), UpstreamServer.Setting("BreakSeconds=3600"));

        for (int call = 0; call < 20; call++)
        {
            (await server.Client.PostTextAsync(Alias, Ask)).ShouldContain("Hello there");
        }

        dead.Calls.ShouldBe(3);
        alive.Calls.ShouldBe(20);
    }

    [Fact]
    public async Task AllReplicasAtRest_AreAnsweredAtOnceWithRetryAfter()
    {
        await using FakeUpstream dead = await FakeUpstream.StartAsync(FakeUpstream.Fail(500));
        await using ServerFixture server = await UpstreamServer.StartAsync(
            [dead.Url], UpstreamServer.Setting("FailuresMax=2"), UpstreamServer.Setting("BreakSeconds=60"));
        await server.Client.PostJsonAsync(Alias, Ask);

        using HttpResponseMessage answer = await server.Client.PostAsync(Alias, Json(Ask));

        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(1, 60);
        dead.Calls.ShouldBe(2);
    }

    [Fact]
    public async Task Calls_GoToTheReplicaWithTheLeastToDo()
    {
        await using FakeUpstream one = await FakeUpstream.StartAsync(
            FakeUpstream.HangAfter(Hello), FakeUpstream.AnswerWellAsync);
        await using FakeUpstream other = await FakeUpstream.StartAsync(FakeUpstream.AnswerWellAsync);
        await using ServerFixture server = await UpstreamServer.StartAsync([one.Url, other.Url]);
        using var request = new HttpRequestMessage(HttpMethod.Post, Alias) { Content = Json(AskStream) };
        using HttpResponseMessage held =
            await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        for (int call = 0; call < 6; call++)
        {
            await server.Client.PostJsonAsync(Alias, Ask);
        }

        one.Calls.ShouldBe(1);
        other.Calls.ShouldBe(6);
    }

    private static StringContent Json(string body) => new(body, MediaTypeHeaderValue.Parse("application/json"));
}
