using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Cremona.Inference.Scheduling;
using Cremona.Server.Edge.Calls;
using Cremona.Server.Models;
using Cremona.Server.Tests.Models;
using Microsoft.Extensions.DependencyInjection;

namespace Cremona.Server.Tests.Chat;

/// <summary>Two hundred streams at once, of which many do not end as they should. They run alone, since the memory of
/// the whole process is watched.</summary>
[Collection(nameof(ManyStreamsTests))]
[CollectionDefinition(nameof(ManyStreamsTests), DisableParallelization = true)]
public class ManyStreamsTests
{
    private const int Streams = 200;
    private const int Rounds = 8;
    private const long GrowthMax = 12_000_000;
    private const string Path = "/v1/chat/completions";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task Streams_NeitherLeakNorMixNorGrow_WhenClientsCancelCutAndReadSlowly()
    {
        using CancellationTokenSource timer = new(Limit);
        var model = new ScriptedModel();
        var engine = new CountingEngine(model.Engine);
        await using ServerFixture server = await ServerFixture.StartAsync(
            null, services => services.AddSingleton<IModelReader>(new CountingReader(model, engine)),
            "--CallLimits:ConcurrentCallsMax=1000", "--Edge:ConcurrentRequestsMax=1000",
            "--Edge:SlowReaderSecondsMax=2", "--Logging:LogLevel:Default=Error");
        List<long> bytes = [];
        for (int round = 0; round < Rounds; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, Streams).Select(stream => RunAsync(server, stream, timer.Token)));
            await engine.WhenIdleAsync(timer.Token);
            await WhenNobodyIsAtWorkAsync(server, timer.Token);
            bytes.Add(GC.GetTotalMemory(forceFullCollection: true));
        }

        // Pools and caches have filled when the second round has ended.
        bytes[^2..].Min().ShouldBeLessThan(bytes[1..3].Max() + GrowthMax, string.Join(' ', bytes));

        engine.Started.ShouldBe(engine.Ended);
    }

    private static Task RunAsync(ServerFixture server, int stream, CancellationToken stop) => (stream % 5) switch
    {
        0 => ReadWholeAsync(server, "sing", "la 你好！la ", stop),
        1 => ReadWholeAsync(server, "who?", "I am from China.", stop),
        2 => CancelAsync(server, stream, stop),
        3 => CutAsync(server, stream, stop),
        _ => ReadSlowlyAsync(server, stop),
    };

    private static async Task ReadWholeAsync(ServerFixture server, string ask, string expected, CancellationToken stop)
    {
        using HttpResponseMessage answer = await SendAsync(server, ask, stop);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(stop));
        var text = new StringBuilder();
        while (await reader.ReadLineAsync(stop) is { } line)
        {
            if (line.StartsWith("data: {", StringComparison.Ordinal))
            {
                using var chunk = System.Text.Json.JsonDocument.Parse(line["data: ".Length..]);
                text.Append(chunk.RootElement.GetProperty("choices")[0].GetProperty("delta").GetProperty("content"));
            }
        }

        text.ToString().ShouldBe(expected);
    }

    /// <summary>Leaves after a while; "for ever" would never end by itself.</summary>
    private static async Task CancelAsync(ServerFixture server, int stream, CancellationToken stop)
    {
        using HttpResponseMessage answer = await SendAsync(server, "for ever", stop);
        await using Stream body = await answer.Content.ReadAsStreamAsync(stop);
        await body.ReadExactlyAsync(new byte[1 + (stream % 60)], stop);
    }

    /// <summary>The connection breaks, before the answer or within it.</summary>
    private static async Task CutAsync(ServerFixture server, int stream, CancellationToken stop)
    {
        using Socket socket = await ConnectAsync(server, "for ever", stop);
        if (stream % 2 == 0)
        {
            await socket.ReceiveAsync(new byte[200], stop);
        }

        socket.Close(0);
    }

    /// <summary>Reads nothing of an answer of megabytes; the server gives it up.</summary>
    private static async Task ReadSlowlyAsync(ServerFixture server, CancellationToken stop)
    {
        using Socket socket = await ConnectAsync(server, "flood", stop);
        await Task.Delay(TimeSpan.FromSeconds(3), stop);
    }

    private static async Task<Socket> ConnectAsync(ServerFixture server, string ask, CancellationToken stop)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(IPAddress.Loopback, server.Url.Port, stop);
        string body = Body(ask);
        await socket.SendAsync(Encoding.UTF8.GetBytes(
            $"POST {Path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: any\r\nContent-Length: {body.Length}\r\n\r\n{body}"), stop);
        return socket;
    }

    private static Task<HttpResponseMessage> SendAsync(ServerFixture server, string ask, CancellationToken stop)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Path)
        {
            Content = new StringContent(Body(ask), MediaTypeHeaderValue.Parse("application/json")),
        };
        return server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
    }

    private static string Body(string ask) =>
        $$"""{"model":"nano","stream":true,"messages":[{"role":"user","content":"{{ask}}"}]}""";

    private static async Task WhenNobodyIsAtWorkAsync(ServerFixture server, CancellationToken stop)
    {
        CallLimiter limiter = server.Services.GetRequiredService<CallLimiter>();
        while ((await limiter.FindAsync("1000000000", stop)).CallsAtWork > 0)
        {
            await Task.Delay(20, stop);
        }
    }

    private sealed class CountingReader(ScriptedModel model, CountingEngine engine) : IModelReader
    {
        public Inference.Checkpoints.LanguageModel ReadModel(string path) => model.ReadModel(path);

        public long MeasureEngine(
            Inference.Checkpoints.LanguageModel loaded, Inference.Kernels.WeightFormat? format) => engine.WeightBytes;

        public long MeasureAdapter(string folder) => model.MeasureAdapter(folder);

        public IGenerationEngine StartEngine(
            Inference.Checkpoints.LanguageModel loaded, Inference.Kernels.WeightFormat? format) => engine;

        public Inference.Adapters.LoraAdapter ReadAdapter(
            string folder, Inference.Architectures.DecoderConfig config) => model.ReadAdapter(folder, config);
    }

    /// <summary>Counts the sequences that were begun and freed; keeps none of the requests.</summary>
    private sealed class CountingEngine(ScriptedEngine inner) : IGenerationEngine
    {
        private int _started;
        private int _ended;

        public long WeightBytes => inner.WeightBytes;

        public int Started => Volatile.Read(ref _started);

        public int Ended => Volatile.Read(ref _ended);

        public async IAsyncEnumerable<GeneratedToken> StreamAsync(
            GenerationRequest request,
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _started);
            try
            {
                await foreach (GeneratedToken token in inner.StreamAsync(request, cancellationToken))
                {
                    yield return token;
                }
            }
            finally
            {
                Interlocked.Increment(ref _ended);
            }
        }

        public async Task WhenIdleAsync(CancellationToken stop)
        {
            while (Started != Ended)
            {
                await Task.Delay(20, stop);
            }

            lock (inner.Requests)
            {
                inner.Requests.Clear();
            }
        }
    }
}
