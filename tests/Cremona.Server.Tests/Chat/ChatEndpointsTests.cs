using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Cremona.Server.Models;
using Cremona.Server.Tests.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Cremona.Server.Tests.Chat;

public class ChatEndpointsTests
{
    private const string Cc = "/v1/text/chatcompletion?GroupId=1000000000";
    private const string Ccp = "/v1/text/chatcompletion_pro?GroupId=1000000000";
    private const string V2 = "/v1/text/chatcompletion_v2";
    private const string Alias = "/v1/chat/completions";

    private const string Bot = """
        "bot_setting":[{"bot_name":"MM","content":"x"}],"reply_constraints":{"sender_type":"BOT","sender_name":"MM"}
        """;

    [Fact]
    public async Task Ccp_AnswersInTheDocumentedShape()
    {
        await using ServerFixture server = await ChatServer.StartAsync(new ScriptedModel());

        string answer = await server.Client.PostTextAsync(
            Ccp, $$"""{"model":"abab5.5-chat",{{Bot}},"messages":[{"sender_type":"USER","sender_name":"u","text":"who?"}]}""");

        answer.ShouldBe(
            """{"created":NOW,"model":"abab5.5-chat","reply":"I am from China.","choices":[{"finish_reason":"stop","messages":[{"sender_type":"BOT","sender_name":"MM","text":"I am from China."}]}],"usage":{"total_tokens":18},"input_sensitive":false,"output_sensitive":false,"id":"TRACE","base_resp":{"status_code":0,"status_msg":""}}""");
    }

    [Fact]
    public async Task Ccp_StreamsDeltasAndThenTheWholeText()
    {
        await using ServerFixture server = await ChatServer.StartAsync(new ScriptedModel());

        string answer = await server.Client.PostTextAsync(
            Ccp, $$"""{"model":"nano","stream":true,{{Bot}},"messages":[{"sender_type":"USER","sender_name":"u","text":"who?"}]}""");

        answer.ShouldBe(
            """
            data: {"created":NOW,"model":"nano","reply":"","choices":[{"messages":[{"sender_type":"BOT","sender_name":"MM","text":"I am "}]}],"output_sensitive":false}

            data: {"created":NOW,"model":"nano","reply":"","choices":[{"messages":[{"sender_type":"BOT","sender_name":"MM","text":"from "}]}],"output_sensitive":false}

            data: {"created":NOW,"model":"nano","reply":"","choices":[{"messages":[{"sender_type":"BOT","sender_name":"MM","text":"China."}]}],"output_sensitive":false}

            data: {"created":NOW,"model":"nano","reply":"I am from China.","choices":[{"finish_reason":"stop","messages":[{"sender_type":"BOT","sender_name":"MM","text":"I am from China."}]}],"usage":{"total_tokens":18},"input_sensitive":false,"output_sensitive":false,"id":"TRACE","base_resp":{"status_code":0,"status_msg":""}}


            """.ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData(false, "\n")]
    [InlineData(true, "\n\n")]
    public async Task Cc_StreamsWithTheSeparatorThatWasAskedFor(bool isStandard, string separator)
    {
        await using ServerFixture server = await ChatServer.StartAsync(new ScriptedModel());

        string answer = await server.Client.PostTextAsync(
            Cc,
            $$"""{"model":"nano","prompt":"p","stream":true,"skip_info_mask":true,"use_standard_sse":{{(isStandard ? "true" : "false")}},"messages":[{"sender_type":"USER","text":"who?"}]}""");

        answer.ShouldBe(string.Concat(new[]
        {
            """data: {"created":NOW,"model":"nano","reply":"","choices":[{"delta":"I am "}]}""",
            """data: {"created":NOW,"model":"nano","reply":"","choices":[{"delta":"from China."}]}""",
            """data: {"created":NOW,"model":"nano","reply":"I am from China.","choices":[{"index":0,"finish_reason":"stop","delta":""}],"usage":{"total_tokens":15},"input_sensitive":false,"output_sensitive":false,"id":"TRACE","base_resp":{"status_code":0,"status_msg":"success"}}""",
        }.Select(line => line + separator)));
    }

    [Fact]
    public async Task Cc_RanksBeamsAndCountsTheLongestForEach()
    {
        var model = new ScriptedModel();
        await using ServerFixture server = await ChatServer.StartAsync(model);

        string answer = await server.Client.PostTextAsync(
            Cc,
            """{"model":"abab5.5s-chat","prompt":"p","beam_width":2,"seed":3,"messages":[{"sender_type":"USER","text":"who?"}]}""");

        answer.ShouldBe(
            """{"created":NOW,"model":"abab5.5s-chat","reply":"I am from China.","choices":[{"text":"I am from China.","index":0,"logprobes":-4,"finish_reason":"stop"},{"text":"I am from China.","index":1,"logprobes":-7,"finish_reason":"stop"}],"usage":{"total_tokens":21},"input_sensitive":false,"output_sensitive":false,"id":"TRACE","base_resp":{"status_code":0,"status_msg":"success"}}""");
        model.Engine.Requests.Select(request => request.Sampling.Seed)
            .ShouldBe([3UL, 4UL, 5UL, 6UL], ignoreOrder: true);
    }

    [Fact]
    public async Task AnswersThatAreTheSame_AreDrawnAgain_AndCounted()
    {
        var model = new ScriptedModel();
        await using ServerFixture server = await ChatServer.StartAsync(model);

        JsonElement answer = await server.Client.PostJsonAsync(
            Alias, """{"model":"nano","n":2,"seed":3,"messages":[{"role":"user","content":"vary"}]}""");

        answer.GetProperty("choices").EnumerateArray()
            .Select(choice => choice.GetProperty("message").GetProperty("content").GetString()).ShouldBe(["la ", "！"]);
        answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32().ShouldBe(3);
        model.Engine.Requests.Count.ShouldBe(3);
    }

    [Fact]
    public async Task V2_StreamsChunksAndASummary()
    {
        await using ServerFixture server = await ChatServer.StartAsync(new ScriptedModel());

        string answer = await server.Client.PostTextAsync(
            V2, """{"model":"nano","stream":true,"messages":[{"role":"user","content":"who?"}]}""");

        answer.ShouldBe(
            """
            data: {"id":"TRACE","choices":[{"index":0,"delta":{"content":"I am ","role":"assistant"}}],"created":NOW,"model":"nano","object":"chat.completion.chunk","output_sensitive":false,"input_sensitive_type":0,"output_sensitive_type":0,"base_resp":{"status_code":0,"status_msg":""}}

            data: {"id":"TRACE","choices":[{"finish_reason":"stop","index":0,"delta":{"content":"from China.","role":"assistant"}}],"created":NOW,"model":"nano","object":"chat.completion.chunk","output_sensitive":false,"input_sensitive_type":0,"output_sensitive_type":0,"base_resp":{"status_code":0,"status_msg":""}}

            data: {"id":"TRACE","choices":[{"finish_reason":"stop","index":0,"message":{"content":"I am from China.","role":"assistant"}}],"created":NOW,"model":"nano","object":"chat.completion","usage":{"total_tokens":11,"total_characters":0,"prompt_tokens":9,"completion_tokens":2},"input_sensitive":false,"output_sensitive":false,"input_sensitive_type":0,"output_sensitive_type":0,"base_resp":{"status_code":0,"status_msg":""}}


            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task Alias_StreamsUsageAndDone()
    {
        await using ServerFixture server = await ChatServer.StartAsync(new ScriptedModel());

        string answer = await server.Client.PostTextAsync(
            Alias,
            """{"model":"nano","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"你好"}]}""");

        answer.ShouldBe(
            """
            data: {"id":"TRACE","choices":[{"index":0,"delta":{"content":"你好","role":"assistant"}}],"created":NOW,"model":"nano","object":"chat.completion.chunk","output_sensitive":false,"input_sensitive_type":0,"output_sensitive_type":0,"base_resp":{"status_code":0,"status_msg":""},"usage":null}

            data: {"id":"TRACE","choices":[{"finish_reason":"stop","index":0,"delta":{"content":"！","role":"assistant"}}],"created":NOW,"model":"nano","object":"chat.completion.chunk","output_sensitive":false,"input_sensitive_type":0,"output_sensitive_type":0,"base_resp":{"status_code":0,"status_msg":""},"usage":null}

            data: {"id":"TRACE","choices":[],"created":NOW,"model":"nano","object":"chat.completion.chunk","output_sensitive":false,"input_sensitive_type":0,"output_sensitive_type":0,"base_resp":{"status_code":0,"status_msg":""},"usage":{"total_tokens":9,"total_characters":0,"prompt_tokens":7,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":0}}}

            data: [DONE]


            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task Alias_UsesRealStatusesAndOpenAIErrors()
    {
        await using ServerFixture server = await ChatServer.StartAsync(new ScriptedModel());
        using var content = new StringContent("""{"model":"nope","messages":[{"role":"user","content":"x"}]}""", Encoding.UTF8);

        using HttpResponseMessage answer = await server.Client.PostAsync(new Uri(Alias, UriKind.Relative), content);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldMatch(
            """^\{"type":"error","error":\{"type":"bad_request_error","message":"invalid params, unsupported model: nope \(2013\)","http_code":"400"\},"request_id":"[0-9a-f]{32}"\}$""");
    }

    [Fact]
    public async Task Stop_EndsTheTextBeforeTheSequence_AlsoAcrossPieces()
    {
        await using ServerFixture server = await ChatServer.StartAsync(new ScriptedModel());

        string answer = await server.Client.PostTextAsync(
            V2, """{"model":"nano","stop":["oEND t"],"messages":[{"role":"user","content":"stop"}]}""");

        answer.ShouldContain("""{"finish_reason":"stop","index":0,"message":{"content":" Hell","role":"assistant"}}""");
    }

    [Fact]
    public async Task MaskedText_IsTheSameWholeAndInPieces()
    {
        await using ServerFixture server = await ChatServer.StartAsync(new ScriptedModel());
        string body = $$"""{"model":"nano",{{Bot}},"messages":[{"sender_type":"USER","sender_name":"u","text":"mail"}],"stream":""";

        string whole = await server.Client.PostTextAsync(Ccp, body + "false}");
        string pieces = await server.Client.PostTextAsync(Ccp, body + "true}");

        whole.ShouldContain("\"reply\":\"Write to ******* now\"");
        pieces.ShouldContain("\"reply\":\"Write to ******* now\"");
        pieces.ShouldNotContain("a@b");
    }

    [Fact]
    public async Task AnswerOfOneAmongSeveralBots_DoesNotBeginWithABlank()
    {
        await using ServerFixture server = await ChatServer.StartAsync(new ScriptedModel());

        string answer = await server.Client.PostTextAsync(
            Ccp,
            """{"model":"nano","bot_setting":[{"bot_name":"A","content":"a"},{"bot_name":"B","content":"b"}],"reply_constraints":{"sender_type":"BOT","sender_name":"B"},"messages":[{"sender_type":"USER","sender_name":"u","text":"greet"}]}""");

        answer.ShouldContain("\"reply\":\"Hello there\"");
    }

    [Theory]
    [InlineData(Ccp, """{"created":0,"model":"nano","reply":"","choices":null,"base_resp":{"status_code":1013,"status_msg":"internal service error"}}""")]
    [InlineData(V2, """{"id":"TRACE","choices":null,"created":NOW,"model":"nano","object":"chat.completion","usage":{"total_tokens":0,"total_characters":0,"prompt_tokens":0,"completion_tokens":0},"input_sensitive":false,"output_sensitive":false,"input_sensitive_type":0,"output_sensitive_type":0,"output_sensitive_int":0,"base_resp":{"status_code":1013,"status_msg":"internal service error"}}""")]
    public async Task StreamThatFailsAtOnce_IsPlainJson(string path, string expected)
    {
        await using ServerFixture server = await ChatServer.StartAsync(new ScriptedModel());

        string answer = await server.Client.PostTextAsync(path, StreamOf("break at once"));

        answer.ShouldBe(expected);
    }

    [Fact]
    public async Task StreamThatFailsBeforeAnythingIsSent_IsAPlainAnswer()
    {
        await using ServerFixture server = await ChatServer.StartAsync(new ScriptedModel());
        using var content = new StringContent(StreamOf("break soon"), Encoding.UTF8);

        string v2 = await server.Client.PostTextAsync(V2, StreamOf("break soon"));
        using HttpResponseMessage alias = await server.Client.PostAsync(new Uri(Alias, UriKind.Relative), content);

        v2.ShouldStartWith("{\"id\":\"TRACE\",\"choices\":null,");
        v2.ShouldContain("\"status_code\":1013");
        alias.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        alias.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
    }

    [Fact]
    public async Task StreamThatFailsAtOnce_IsAnEvent_WhenSwitchedOn()
    {
        await using ServerFixture server = await ChatServer.StartAsync(new ScriptedModel(), "--Chat:StreamErrorsAsSse=true");

        string answer = await server.Client.PostTextAsync(Ccp, StreamOf("break at once"));

        answer.ShouldBe(
            """data: {"created":NOW,"model":"nano","reply":"","choices":[{"finish_reason":"stop","messages":[{"sender_type":"BOT","sender_name":"MM","text":""}]}],"base_resp":{"status_code":1013,"status_msg":"internal service error"}}"""
            + "\n\n");
    }

    [Theory]
    [InlineData(Cc, "", "\n", """{"created":NOW,"model":"nano","reply":"","choices":[{"index":0,"finish_reason":"stop","delta":""}],"base_resp":{"status_code":2013,"status_msg":"invalid params, chat content is empty"}}""")]
    [InlineData(Cc, ",\"use_standard_sse\":true", "\n\n", """{"created":NOW,"model":"nano","reply":"","choices":[{"index":0,"finish_reason":"stop","delta":""}],"base_resp":{"status_code":2013,"status_msg":"invalid params, chat content is empty"}}""")]
    [InlineData(Ccp, "", "\n\n", """{"created":NOW,"model":"nano","reply":"","choices":[{"finish_reason":"stop","messages":[{"sender_type":"BOT","sender_name":"","text":""}]}],"base_resp":{"status_code":2013,"status_msg":"invalid params, chat content is empty"}}""")]
    [InlineData(V2, "", "\n\n", """{"id":"TRACE","choices":[{"finish_reason":"stop","index":0,"delta":{"content":"","role":"assistant"}}],"created":NOW,"model":"nano","object":"chat.completion.chunk","output_sensitive":false,"input_sensitive_type":0,"output_sensitive_type":0,"base_resp":{"status_code":2013,"status_msg":"invalid params, chat content is empty"}}""")]
    public async Task StreamThatCannotBeRead_IsAnEvent_WhenSwitchedOn(
        string path, string more, string separator, string expected)
    {
        await using ServerFixture server = await ChatServer.StartAsync(new ScriptedModel(), "--Chat:StreamErrorsAsSse=true");

        string streamed = await server.Client.PostTextAsync(
            path, $$"""{"model":"nano","stream":true{{more}},"messages":[]}""");
        string plain = await server.Client.PostTextAsync(path, """{"model":"nano","stream":"perhaps","messages":[]}""");

        streamed.ShouldBe("data: " + expected + separator);
        plain.ShouldStartWith("{");
    }

    [Fact]
    public async Task StreamOverTheLimit_SaysWhenToComeAgain_AlsoAsAnEvent()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1_702_558_479));
        await using ServerFixture server = await ServerFixture.StartAsync(
            null,
            services => services.AddSingleton<TimeProvider>(clock).AddSingleton<IModelReader>(new ScriptedModel()),
            "--Chat:StreamErrorsAsSse=true", "--CallLimits:RequestsPerMinute=1");
        await server.Client.PostTextAsync(Ccp, StreamOf("who?"));
        using var content = new StringContent(StreamOf("who?"), Encoding.UTF8);

        using HttpResponseMessage refused = await server.Client.PostAsync(new Uri(Ccp, UriKind.Relative), content);

        (await refused.Content.ReadAsStringAsync()).ShouldStartWith("data: ");
        refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(60));
    }

    [Theory]
    [InlineData(Cc, "\n", """data: {"created":NOW,"model":"nano","reply":"","choices":[{"index":0,"finish_reason":"stop","delta":""}],"base_resp":{"status_code":1013,"status_msg":"internal service error"}}""")]
    [InlineData(Ccp, "\n\n", """data: {"created":NOW,"model":"nano","reply":"","choices":[{"finish_reason":"stop","messages":[{"sender_type":"BOT","sender_name":"MM","text":""}]}],"base_resp":{"status_code":1013,"status_msg":"internal service error"}}""")]
    [InlineData(Alias, "\n\n", """data: {"type":"error","error":{"type":"server_error","message":"internal service error (1013)","http_code":"500"},"request_id":"TRACE","base_resp":{"status_code":1013,"status_msg":"internal service error"}}""")]
    public async Task StreamThatFailsLater_EndsInAnErrorEvent(string path, string separator, string last)
    {
        await using ServerFixture server = await ChatServer.StartAsync(new ScriptedModel());

        string answer = await server.Client.PostTextAsync(path, StreamOf("break later"));

        answer.ShouldEndWith(last + separator);
    }

    [Fact]
    public async Task Cc_StreamsBeamsByIndex_AndEndsWithTheBest()
    {
        await using ServerFixture server = await ChatServer.StartAsync(new ScriptedModel());

        JsonElement[] events = await server.Client.PostStreamAsync(
            Cc,
            """{"model":"abab5.5s-chat","prompt":"p","skip_info_mask":true,"beam_width":2,"seed":3,"stream":true,"use_standard_sse":true,"messages":[{"sender_type":"USER","text":"who?"}]}""");

        events[..^1].Select(e => e.GetProperty("choices")[0]).GroupBy(choice => choice.GetProperty("index").GetInt32())
            .OrderBy(beam => beam.Key)
            .Select(beam => string.Concat(beam.Select(choice => choice.GetProperty("delta").GetString())))
            .ShouldBe(["I am from China.", "I am from China."]);
        events[^1].GetProperty("reply").GetString().ShouldBe("I am from China.");
        events[^1].GetProperty("choices").GetRawText().ShouldBe(
            """[{"index":0,"logprobes":-4,"finish_reason":"stop","delta":""},{"index":1,"logprobes":-5,"finish_reason":"stop","delta":""}]""");
        events[^1].GetProperty("usage").GetProperty("total_tokens").GetInt32().ShouldBe(17);
    }

    [Theory]
    [InlineData(V2, "")]
    [InlineData(Alias, ",\"prompt_tokens_details\":{\"cached_tokens\":0}")]
    public async Task SeveralAnswers_StreamByIndex_WithTheUsageOfAll(string path, string details)
    {
        await using ServerFixture server = await ChatServer.StartAsync(new ScriptedModel());

        JsonElement[] events = await server.Client.PostStreamAsync(
            path,
            """{"model":"nano","n":3,"stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"你好"}]}""");

        JsonElement[] choices =
        [
            .. events.Where(e => e.GetProperty("object").GetString() == "chat.completion.chunk")
                .SelectMany(e => e.GetProperty("choices").EnumerateArray()),
        ];
        for (int index = 0; index < 3; index++)
        {
            JsonElement[] own = [.. choices.Where(choice => choice.GetProperty("index").GetInt32() == index)];
            string.Concat(own.Select(choice => choice.GetProperty("delta").GetProperty("content").GetString()))
                .ShouldBe("你好！");
            own.Count(choice => choice.TryGetProperty("finish_reason", out _)).ShouldBe(1);
        }

        events[^1].GetProperty("usage").GetRawText().ShouldBe(
            """{"total_tokens":13,"total_characters":0,"prompt_tokens":7,"completion_tokens":6""" + details + "}");
    }

    [Fact]
    public async Task LogProbabilities_ComeWithTheTextTheyBelongTo()
    {
        await using ServerFixture server = await ChatServer.StartAsync(new ScriptedModel());

        JsonElement[] events = await server.Client.PostStreamAsync(
            Alias,
            """{"model":"nano","stream":true,"seed":7,"logprobs":true,"stop":["oEND t"],"messages":[{"role":"user","content":"stop"}]}""");

        events.Select(e => e.GetProperty("choices")[0].GetRawText()).ShouldBe(
        [
            """{"finish_reason":"stop","index":0,"delta":{"content":" Hell","role":"assistant"},"logprobs":{"content":[{"token":" Hello","logprob":-1,"bytes":[32,72,101,108,108,111],"top_logprobs":[]}]}}""",
        ]);
    }

    [Fact]
    public async Task StreamThatWaits_SendsComments_WhereTheClientReadsThem()
    {
        await using ServerFixture server = await ChatServer.StartAsync(
            new ScriptedModel(), "--Chat:HeartbeatSeconds=0.02");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Alias, UriKind.Relative))
        {
            Content = new StringContent(
                """{"model":"nano","stream":true,"messages":[{"role":"user","content":"wait"}]}"""),
        };
        using HttpResponseMessage answer = await server.Client.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead);
        await using Stream stream = await answer.Content.ReadAsStreamAsync();
        byte[] first = new byte[6];

        await stream.ReadExactlyAsync(first);

        Encoding.ASCII.GetString(first).ShouldBe(":\n\n:\n\n");
    }

    [Fact]
    public async Task StreamWhoseModelLoads_SendsComments_AndEndsInAnErrorEvent()
    {
        var gate = new TaskCompletionSource();
        await using ServerFixture server = await ServerFixture.StartAsync(
            null, services => services.AddSingleton<IModelReader>(new GatedReader(new ScriptedModel(), gate.Task)),
            "--Chat:HeartbeatSeconds=0.02");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Alias, UriKind.Relative))
        {
            Content = new StringContent(
                """{"model":"nano","stream":true,"max_tokens":400,"messages":[{"role":"user","content":"who?"}]}"""),
        };
        using HttpResponseMessage answer = await server.Client.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead);
        await using Stream stream = await answer.Content.ReadAsStreamAsync();
        byte[] first = new byte[6];

        await stream.ReadExactlyAsync(first);
        gate.SetResult();
        string rest = await new StreamReader(stream).ReadToEndAsync();

        Encoding.ASCII.GetString(first).ShouldBe(":\n\n:\n\n");
        rest.ShouldContain("data: {\"type\":\"error\"");
        rest.ShouldContain("exceed the context");
    }

    [Fact]
    public async Task ClientThatDoesNotRead_IsCutOff_AndTheEngineStops()
    {
        var model = new ScriptedModel();
        await using ServerFixture server = await ChatServer.StartAsync(model, "--Edge:SlowReaderSecondsMax=0.5");
        using var socket = new TcpClient { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(server.Url.Host, server.Url.Port);
        const string body = """{"model":"nano","stream":true,"max_tokens":300,"messages":[{"role":"user","content":"flood"}]}""";

        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {V2} HTTP/1.1\r\nHost: localhost\r\nAuthorization: k\r\nContent-Length: {body.Length}\r\n\r\n{body}"));

        await model.Engine.Cancelled.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task ClientThatLeaves_StopsTheEngine()
    {
        var model = new ScriptedModel();
        await using ServerFixture server = await ChatServer.StartAsync(model);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(V2, UriKind.Relative))
        {
            Content = new StringContent(
                """{"model":"nano","stream":true,"max_tokens":300,"messages":[{"role":"user","content":"for ever"}]}"""),
        };
        using (HttpResponseMessage answer = await server.Client.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead))
        {
            await using Stream stream = await answer.Content.ReadAsStreamAsync();
            await stream.ReadAtLeastAsync(new byte[1], 1);
        }

        await model.Engine.Cancelled.WaitAsync(TimeSpan.FromSeconds(10));
    }

    private static string StreamOf(string text) => $$"""
        {"model":"nano","stream":true,{{Bot}},"messages":[{"sender_type":"USER","sender_name":"u","role":"user","text":"{{text}}","content":"{{text}}"}]}
        """;
}
