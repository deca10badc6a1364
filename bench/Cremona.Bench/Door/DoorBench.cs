using System.Diagnostics;
using System.Globalization;
using System.Text;
using Cremona.Server;
using Cremona.Server.Edge.Keys;
using Cremona.Server.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cremona.Bench.Door;

/// <summary>What a chat call costs besides the model: the whole server with keys, limits and ledger before an engine
/// that answers at once, against Kestrel alone with the same bytes; in turns, in one process with the callers.</summary>
internal static class DoorBench
{
    private const int Callers = 16;
    private const int CallsPerTurn = 100; // of each caller
    private const int Turns = 30;

    private const string Path = "/v1/text/chatcompletion_pro?GroupId=42";

    private const string Body = """
        {"model":"abab5.5-chat","tokens_to_generate":256,"temperature":0.9,"bot_setting":[{"bot_name":"MM","content":"MM knows violins."}],"reply_constraints":{"sender_type":"BOT","sender_name":"MM"},"messages":[{"sender_type":"USER","sender_name":"u","text":"Which town is known for its violins?"}]}
        """;

    public static async Task RunAsync()
    {
        string folder = Directory.CreateTempSubdirectory("cremona-door-").FullName;
        await using WebApplication door = BuildDoor(folder);
        await door.StartAsync();
        string key = await door.Services.GetRequiredService<KeyStore>().CreateAsync("42", "bench", default);
        byte[] answer = await TakeAnswerAsync(door, key);
        await using WebApplication bare = BuildBare(answer);
        await bare.StartAsync();

        Side[] sides = [new("Kestrel alone", bare, key), new("Cremona", door, key)];
        await RunTurnsAsync(sides);
        await using WebApplication other = BuildDoor(folder);
        await other.StartAsync();
        Side shared = new("Cremona, another server on the store", door, key);
        await RunTurnsAsync([shared]);

        Tell([.. sides, shared]);
        await other.StopAsync();
        await door.StopAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static async Task RunTurnsAsync(Side[] sides)
    {
        foreach (Side side in sides)
        {
            await side.RunAsync(); // Compiles.
            await side.RunAsync();
            side.Forget();
        }

        for (int turn = 0; turn < Turns; turn++)
        {
            foreach (Side side in turn % 2 == 0 ? sides : Enumerable.Reverse(sides))
            {
                await side.RunAsync();
            }
        }
    }

    private static WebApplication BuildDoor(string folder) => ServerProgram.Build(
        [
            "--urls", "http://127.0.0.1:0", "--data", folder, "--Logging:LogLevel:Default=Warning",
            "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Warning", "--CallLimits:RequestsPerMinute=1000000000",
            "--CallLimits:TokensPerMinute=1000000000000",
        ],
        services => services.AddSingleton<IModelReader, ZeroCostModel>());

    private static async Task<byte[]> TakeAnswerAsync(WebApplication door, string key)
    {
        using var caller = new RawCaller(Path, key, Body);
        await caller.ConnectAsync(new Uri(door.Urls.First()).Port);
        byte[] answer = (await caller.CallAsync()).ToArray();
        return Encoding.UTF8.GetString(answer).Contains(ZeroCostModel.Answer, StringComparison.Ordinal)
            ? answer
            : throw new InvalidDataException(Encoding.UTF8.GetString(answer));
    }

    /// <summary>Reads the request and sends the bytes.</summary>
    private static WebApplication BuildBare(byte[] answer)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(["--urls", "http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        WebApplication app = builder.Build();
        app.Run(async http =>
        {
            await http.Request.Body.CopyToAsync(Stream.Null);
            http.Response.ContentType = "application/json; charset=utf-8";
            http.Response.ContentLength = answer.Length;
            await http.Response.Body.WriteAsync(answer);
        });
        return app;
    }

    private static void Tell(Side[] sides)
    {
        var report = new Report("door", "dotnet run -c Release --project bench/Cremona.Bench -- door");
        report.Add(Format($"A call of chatcompletion_pro, {Callers} at once, {Turns} turns of {Callers * CallsPerTurn} calls for each side. The"));
        report.Add("callers, Kestrel and Cremona share one process and the machine's processors; log level Warning. The tokenizer and");
        report.Add("the template are the embedded model's, the engine answers at once. The last row is measured after the others: each");
        report.Add("call then asks the SQLite file whether the limits of both servers together leave room.");
        report.Add("");
        report.Add("| | p50 ms | p99 ms | median of the turns' p99, ms | processor µs per call, caller included |");
        report.Add("| --- | --- | --- | --- | --- |");
        foreach (Side side in sides)
        {
            report.Add(Format($"| {side.Name} | {side.Percentile(50):f3} | {side.Percentile(99):f3} | {side.TurnPercentile99:f3} | {side.ProcessorMicroseconds:f0} |"));
        }

        report.Add("");
        report.Add(Format($"Added: p50 {sides[1].Percentile(50) - sides[0].Percentile(50):f3} ms, p99 {sides[1].Percentile(99) - sides[0].Percentile(99):f3} ms,"));
        report.Add(Format($"processor time {sides[1].ProcessorMicroseconds - sides[0].ProcessorMicroseconds:f0} µs per call."));
        report.Save();
    }

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed class Side(string name, WebApplication app, string key)
    {
        private readonly List<double> _milliseconds = [];
        private readonly List<double> _turns = [];
        private TimeSpan _processorTime;

        public string Name => name;

        public double TurnPercentile99 => Report.Median(_turns);

        public double ProcessorMicroseconds => _processorTime.TotalMicroseconds / _milliseconds.Count;

        /// <summary>Connections of its own, because the other side's turn may outlast an idle one.</summary>
        public async Task RunAsync()
        {
            RawCaller[] callers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => ConnectAsync()));
            TimeSpan before = Environment.CpuUsage.TotalTime;
            double[][] times = await Task.WhenAll(callers.Select(caller => Task.Run(() => CallAsync(caller))));
            _processorTime += Environment.CpuUsage.TotalTime - before;
            double[] turn = [.. times.SelectMany(own => own).Order()];
            _turns.Add(turn[turn.Length * 99 / 100]);
            _milliseconds.AddRange(turn);
            foreach (RawCaller caller in callers)
            {
                caller.Dispose();
            }
        }

        public void Forget()
        {
            _milliseconds.Clear();
            _turns.Clear();
            _processorTime = default;
        }

        public double Percentile(int percent)
        {
            double[] sorted = [.. _milliseconds.Order()];
            return sorted[sorted.Length * percent / 100];
        }

        private async Task<RawCaller> ConnectAsync()
        {
            var caller = new RawCaller(Path, key, Body);
            await caller.ConnectAsync(new Uri(app.Urls.First()).Port);
            await caller.CallAsync();
            return caller;
        }

        private static async Task<double[]> CallAsync(RawCaller caller)
        {
            double[] milliseconds = new double[CallsPerTurn];
            for (int call = 0; call < milliseconds.Length; call++)
            {
                long start = Stopwatch.GetTimestamp();
                await caller.CallAsync();
                milliseconds[call] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }

            return milliseconds;
        }
    }
}
