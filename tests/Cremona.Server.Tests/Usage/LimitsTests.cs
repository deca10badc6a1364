using System.Net;
using System.Text.Json;
using Cremona.Server.Tests.Chat;
using Cremona.Server.Tests.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Cremona.Server.Tests.Usage;

public class LimitsTests
{
    private const string V2 = "/v1/text/chatcompletion_v2";
    private const string Alias = "/v1/chat/completions";
    private const string Hello = """{"model":"nano","max_tokens":10,"messages":[{"role":"user","content":"你好"}]}""";

    [Fact]
    public async Task Requests_AreLimitedByGroupInterfaceAndModel()
    {
        await using ServerFixture server = await ChatServer.StartAsync(
            new ScriptedModel(), "--CallLimits:RequestsPerMinute=2");
        using HttpClient one = await server.CreateGroupClientAsync("1");
        using HttpClient other = await server.CreateGroupClientAsync("2");

        (await one.PostJsonAsync(V2, Hello)).StatusCode().ShouldBe(0);
        (await one.PostJsonAsync(V2, Hello)).StatusCode().ShouldBe(0);
        JsonElement third = await one.PostJsonAsync(V2, Hello);

        third.StatusCode().ShouldBe(1002);
        third.StatusMessage().ShouldBe("rate limit exceeded(RPM)");
        (await one.PostJsonAsync(V2, Hello.Replace("nano", "abab6-chat", StringComparison.Ordinal))).StatusCode().ShouldBe(0);
        (await one.PostJsonAsync(Alias, Hello)).StatusCode().ShouldBe(0);
        (await other.PostJsonAsync(V2, Hello)).StatusCode().ShouldBe(0);
    }

    [Fact]
    public async Task Alias_SaysWhenToComeAgain_AndThenAnswers()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1_702_558_479));
        await using ServerFixture server = await ServerFixture.StartAsync(
            null,
            services => services.AddSingleton<TimeProvider>(clock)
                .AddSingleton<Cremona.Server.Models.IModelReader>(new ScriptedModel()),
            "--CallLimits:RequestsPerMinute=1");
        (await server.Client.PostJsonAsync(Alias, Hello)).StatusCode().ShouldBe(0);
        clock.Advance(TimeSpan.FromSeconds(25));

        using var content = new StringContent(Hello);
        using HttpResponseMessage refused = await server.Client.PostAsync(new Uri(Alias, UriKind.Relative), content);

        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(35));
        clock.Advance(TimeSpan.FromSeconds(35));
        (await server.Client.PostJsonAsync(Alias, Hello)).StatusCode().ShouldBe(0);
    }

    [Fact]
    public async Task Tokens_AreReservedAndSettled()
    {
        await using ServerFixture server = await ChatServer.StartAsync(
            new ScriptedModel(), "--CallLimits:TokensPerMinute=30");

        (await server.Client.PostJsonAsync(V2, Hello)).StatusCode().ShouldBe(0); // 7 in, 2 out
        (await server.Client.PostJsonAsync(V2, Hello)).StatusCode().ShouldBe(0);
        JsonElement limits = await server.Client.GetJsonAsync("/v1/limits");
        (await server.Client.PostJsonAsync(V2, Hello)).StatusCode().ShouldBe(0);
        JsonElement third = await server.Client.PostJsonAsync(V2, Hello);
        JsonElement never = await server.Client.PostJsonAsync(
            V2, Hello.Replace("\"max_tokens\":10", "\"max_tokens\":31", StringComparison.Ordinal));

        limits.GetRawText().ShouldBe(
            """{"group_id":"1000000000","concurrent_calls":{"limit":128,"used":0},"requests_per_minute":6000,"tokens_per_minute":30,"limits":[{"interface":"chatcompletion_v2","model":"nano","requests_per_minute":{"limit":6000,"used":2},"tokens_per_minute":{"limit":30,"used":18}}],"base_resp":{"status_code":0,"status_msg":"success"}}""");
        third.StatusCode().ShouldBe(1039);
        never.StatusMessage().ShouldBe(
            "rate limit exceeded(TPM), 31 output tokens are more than the limit of 30 tokens per minute; ask for fewer");
    }

    [Fact]
    public async Task CallsAtOnce_AreLimitedByGroup_AndAClientThatLeavesMakesRoom()
    {
        var model = new ScriptedModel();
        await using ServerFixture server = await ChatServer.StartAsync(model, "--CallLimits:ConcurrentCallsMax=1");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(V2, UriKind.Relative))
        {
            Content = new StringContent(
                """{"model":"nano","stream":true,"messages":[{"role":"user","content":"for ever"}]}"""),
        };
        using (HttpResponseMessage answer = await server.Client.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead))
        {
            (await server.Client.PostJsonAsync(V2, Hello)).StatusCode().ShouldBe(1041);
        }

        await model.Engine.Cancelled.WaitAsync(TimeSpan.FromSeconds(10));
        await Eventually(async () => (await server.Client.PostJsonAsync(V2, Hello)).StatusCode() == 0);
    }

    [Fact]
    public async Task Rules_DecideBeforeTheDefaults()
    {
        await using ServerFixture server = await ChatServer.StartAsync(
            new ScriptedModel(), "--CallLimits:Rules:0:Interface=chatcompletion_v2",
            "--CallLimits:Rules:0:RequestsPerMinute=1", "--CallLimits:Rules:0:TokensPerMinute=1000");

        (await server.Client.PostJsonAsync(V2, Hello)).StatusCode().ShouldBe(0);
        (await server.Client.PostJsonAsync(V2, Hello)).StatusCode().ShouldBe(1002);
        (await server.Client.PostJsonAsync(Alias, Hello)).StatusCode().ShouldBe(0);
        (await server.Client.PostJsonAsync(Alias, Hello)).StatusCode().ShouldBe(0);
    }

    private static async Task Eventually(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!await condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
