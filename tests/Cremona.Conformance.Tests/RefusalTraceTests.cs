using Cremona.Conformance.Tests.Runner;
using Cremona.Server.Models;
using Cremona.Server.Storage;
using Cremona.Server.Tests;
using Cremona.Server.Tests.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Cremona.Conformance.Tests;

/// <summary>Limits, balances and lists of words, on a clock that stands.</summary>
public sealed class RefusalTraceTests : IDisposable
{
    private readonly string _words = Path.GetTempFileName();

    [Fact]
    public async Task Refusals_AnswerAsTraced()
    {
        await File.WriteAllTextAsync(_words, "bad word\nfrom China\n！la\n");
        await using ServerFixture server = await StartAsync();
        await server.Services.GetRequiredService<IUsageStore>().SetBalanceAsync("43", 0, CancellationToken.None);
        string busy = await server.CreateKeyAsync("44");
        using HttpClient client = server.CreateClient(busy);
        using HttpResponseMessage first = await OpenStreamAsync(client);
        using HttpResponseMessage second = await OpenStreamAsync(client);

        await TraceRunner.PlayAsync(
            "refusals", "refusals.trace", server, ("key", await server.CreateKeyAsync("42")),
            ("poor", await server.CreateKeyAsync("43")), ("busy", busy));
    }

    public void Dispose() => File.Delete(_words);

    private Task<ServerFixture> StartAsync() => ServerFixture.StartAsync(
        null,
        services => services.AddSingleton<IModelReader>(new ScriptedModel())
            .AddSingleton<TimeProvider>(new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1_702_558_479))),
        "--CallLimits:ConcurrentCallsMax=2",
        "--CallLimits:Rules:0:Model=abab5.5s-chat", "--CallLimits:Rules:0:RequestsPerMinute=1",
        "--CallLimits:Rules:0:TokensPerMinute=1000",
        "--CallLimits:Rules:1:Model=abab5.5-chat", "--CallLimits:Rules:1:RequestsPerMinute=100",
        "--CallLimits:Rules:1:TokensPerMinute=15",
        $"--SensitiveWords:Lists:0:Path={_words}", "--SensitiveWords:Lists:0:Category=1");

    private static async Task<HttpResponseMessage> OpenStreamAsync(HttpClient client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/chat/completions", UriKind.Relative))
        {
            Content = new StringContent("""{"model":"nano","stream":true,"messages":[{"role":"user","content":"for ever"}]}"""),
        };
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }
}
