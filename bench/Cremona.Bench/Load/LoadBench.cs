using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Cremona.Bench.Load;

/// <summary>Sixty-four streams at once against a real server for minutes: all interfaces, the base and two tuned models,
/// sampling and schemas; some callers leave, some read slowly. Every whole answer must be the one that the same call got
/// alone, pages must come back, and memory must not grow.</summary>
internal static class LoadBench
{
    private const int Streams = 64;
    private const int CancelPercent = 30;
    private const int SlowPercent = 5;
    private const int EventsBeforeCancelMax = 20;

    // Pools and caches fill in the first fifth.
    private const double WarmShare = 0.2;
    private const double GrowthMax = 1.1;

    private static readonly TimeSpan SampleEvery = TimeSpan.FromSeconds(5);

    /// <returns>0 when all of it holds.</returns>
    public static async Task<int> RunAsync(int minutes)
    {
        await using LoadServer server = await LoadServer.StartAsync();
        IReadOnlyList<LoadAsk> asks = LoadAsk.Make(await server.TrainAsync());
        using var caller = new LoadCaller(server.Address);
        List<string> alone = [];
        foreach (LoadAsk ask in asks) alone.Add((await caller.CallAsync(ask)).Text);

        var counts = new LoadCounts();
        List<double> memory = [];
        using CancellationTokenSource end = new(TimeSpan.FromMinutes(minutes));
        Task sampling = SampleAsync(server, memory, end.Token);
        await Task.WhenAll(Enumerable.Range(0, Streams).Select(_ =>
            RunStreamAsync(caller, asks, alone, counts, end.Token)));
        await sampling;
        await Task.Delay(SampleEvery);
        double held = await caller.ReadGaugeAsync("cremona_engine_pages_held");
        return Tell(minutes, counts, memory, held);
    }

    private static async Task RunStreamAsync(
        LoadCaller caller, IReadOnlyList<LoadAsk> asks, List<string> alone, LoadCounts counts,
        CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            int index = RandomNumberGenerator.GetInt32(asks.Count);
            int draw = RandomNumberGenerator.GetInt32(100);
            int eventsMax = draw < CancelPercent ? RandomNumberGenerator.GetInt32(EventsBeforeCancelMax) : int.MaxValue;
            TimeSpan pause = draw >= 100 - SlowPercent ? TimeSpan.FromMilliseconds(100) : TimeSpan.Zero;
            long start = Stopwatch.GetTimestamp();
            (string text, bool isWhole) = await caller.CallAsync(asks[index], eventsMax, pause);
            counts.Add(isWhole, text == alone[index], Stopwatch.GetElapsedTime(start));
        }
    }

    private static async Task SampleAsync(LoadServer server, List<double> memory, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            memory.Add(server.ReadMemory());
            await Task.Delay(SampleEvery, CancellationToken.None);
        }
    }

    private static int Tell(int minutes, LoadCounts counts, List<double> memory, double held)
    {
        int warm = (int)(memory.Count * WarmShare);
        int part = Math.Max(1, (memory.Count - warm) / 4);
        double first = Report.Median(memory[warm..(warm + part)]);
        double last = Report.Median(memory[^part..]);
        bool isGood = counts.WrongCount == 0 && held == 0 && last <= first * GrowthMax;

        var report = new Report("load", $"dotnet run -c Release --project bench/Cremona.Bench -- load {minutes}");
        report.Add($"{Streams} streams at once for {minutes} minutes against `cremona serve` in its own process, which shares the machine's");
        report.Add("processors with the callers. All streaming interfaces, the embedded model and two models tuned from it, half of the calls");
        report.Add($"greedy, half sampled with a seed, some held to a schema; {CancelPercent} % of the callers leave early, {SlowPercent} % read slowly.");
        report.Add("");
        report.Add("| | |");
        report.Add("| --- | --- |");
        report.Add(Format($"| whole answers | {counts.WholeCount} |"));
        report.Add(Format($"| of them not the answer that the same call got alone | {counts.WrongCount} |"));
        report.Add(Format($"| broken off by the caller | {counts.CutCount} |"));
        report.Add(Format($"| whole answers a second | {counts.WholeCount / (minutes * 60.0):f1} |"));
        report.Add(Format($"| seconds to a whole answer, 50th and 99th percentile | {counts.Percentile(50):f2}, {counts.Percentile(99):f2} |"));
        report.Add(Format($"| memory of the server, first quarter after a fifth of the time, MB | {first:f1} |"));
        report.Add(Format($"| memory of the server, last quarter, MB | {last:f1} |"));
        report.Add(Format($"| most memory of the server, MB | {memory.Max():f1} |"));
        report.Add(Format($"| cache pages held after the last call | {held} |"));
        report.Save();
        return isGood ? 0 : 1;
    }

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
