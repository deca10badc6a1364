using System.Net;
using System.Net.Http.Headers;

namespace Cremona.EndToEnd.Tests;

/// <summary>The limits of two real servers on one data folder.</summary>
public class SharedLimitsTests
{
    private const int RequestsPerMinute = 10;

    [Fact]
    public async Task Burst_OverTwoServers_GetsInUpToTheLimit()
    {
        using TempFolder folder = new();
        string limit = $"CallLimits:RequestsPerMinute={RequestsPerMinute}";
        RealServer[] servers = await Task.WhenAll(
            RealServer.StartAsync(folder.Path, limit), RealServer.StartAsync(folder.Path, limit));
        await using RealServer first = servers[0];
        await using RealServer second = servers[1];

        HttpStatusCode[] codes = await Task.WhenAll(
            Enumerable.Range(0, 2 * RequestsPerMinute).Select(call => CallAsync(servers[call % 2])));

        codes.Count(code => code == HttpStatusCode.OK).ShouldBe(RequestsPerMinute, second.Process.Output);
        codes.Count(code => code == HttpStatusCode.TooManyRequests).ShouldBe(RequestsPerMinute);
    }

    [Fact]
    public async Task CallsOfAKilledServer_CountForTheirMinute()
    {
        using TempFolder folder = new();
        string limit = $"CallLimits:RequestsPerMinute={RequestsPerMinute + 5}";
        RealServer[] servers = await Task.WhenAll(
            RealServer.StartAsync(folder.Path, limit), RealServer.StartAsync(folder.Path, limit));
        await using RealServer first = servers[0];
        await using RealServer second = servers[1];
        HttpStatusCode[] codes = await Task.WhenAll(
            Enumerable.Range(0, RequestsPerMinute).Select(call => CallAsync(servers[call % 2])));
        codes.ShouldAllBe(code => code == HttpStatusCode.OK);

        await first.KillAsync();

        // The one that is left has let in five itself, and would let in ten more.
        for (int call = 0; call < 5; call++)
        {
            (await CallAsync(second)).ShouldBe(HttpStatusCode.OK, second.Process.Output);
        }

        (await CallAsync(second)).ShouldBe(HttpStatusCode.TooManyRequests);
    }

    private static async Task<HttpStatusCode> CallAsync(RealServer server)
    {
        using var body = new StringContent(
            """{"model":"nano","max_tokens":1,"messages":[{"role":"user","content":"hi"}]}""",
            MediaTypeHeaderValue.Parse("application/json"));
        using HttpResponseMessage answer =
            await server.Http.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), body);
        return answer.StatusCode;
    }
}
