using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Cremona.EndToEnd.Tests;

/// <summary>The ledger of a real server that is killed.</summary>
public class LedgerCrashTests
{
    private const int Callers = 4;

    private const int EarlyCalls = 12;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Calls that were answered more than a second before the kill are in the ledger; of those after it any
    /// may be. The kill falls into the calls, and so into whatever the ledger is doing.</summary>
    [Fact]
    [Trait("Speed", "Slow")]
    public async Task KilledServer_LosesAtMostTheLastSecondOfItsLedger()
    {
        using TempFolder folder = new();
        ConcurrentBag<long> answered = [];
        long killedAt;
        await using (RealServer server = await RealServer.StartAsync(folder.Path))
        {
            using CancellationTokenSource stop = new();
            Task[] callers =
                [.. Enumerable.Range(0, Callers).Select(_ => CallAsync(server.Http, answered, stop.Token))];
            using CancellationTokenSource limit = new(Limit);
            while (answered.Count(at => Stopwatch.GetElapsedTime(at) > Second) < EarlyCalls)
            {
                await Task.Delay(100, limit.Token);
            }

            killedAt = Stopwatch.GetTimestamp();
            await server.KillAsync();
            await stop.CancelAsync();
            await Task.WhenAll(callers);
        }

        int earlier = answered.Count(at => Stopwatch.GetElapsedTime(at, killedAt) > Second);
        await using RealServer next = await RealServer.StartAsync(folder.Path);
        using HttpResponseMessage usage = await next.Http.GetAsync(new Uri("/v1/usage", UriKind.Relative));
        JsonElement total = (await usage.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("total");
        total.GetProperty("calls").GetInt32().ShouldBeInRange(earlier, answered.Count + Callers);
    }

    private static async Task CallAsync(HttpClient client, ConcurrentBag<long> answered, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var body = new StringContent(
                    """{"model":"nano","max_tokens":1,"messages":[{"role":"user","content":"hi"}]}""",
                    MediaTypeHeaderValue.Parse("application/json"));
                using HttpResponseMessage answer =
                    await client.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), body, stop);
                answer.EnsureSuccessStatusCode();
                answered.Add(Stopwatch.GetTimestamp());
            }
            catch (Exception fault) when (fault is HttpRequestException or IOException or OperationCanceledException)
            {
                return; // Killed.
            }
        }
    }
}
