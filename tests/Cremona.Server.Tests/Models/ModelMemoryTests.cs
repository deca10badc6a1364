using System.Runtime.CompilerServices;
using System.Text.Json;
using Cremona.Inference.Adapters;
using Cremona.Inference.Architectures;
using Cremona.Inference.Checkpoints;
using Cremona.Inference.Kernels;
using Cremona.Inference.Scheduling;
using Cremona.Protocol.Errors;
using Cremona.Server.Edge;
using Cremona.Server.Models;
using Cremona.Server.Tests.FineTuning;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Tests.Models;

/// <summary>Models on disk, of which one fits into the megabyte that all may take.</summary>
public sealed class ModelMemoryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cremona-memory-").FullName;
    private readonly WatchingReader _reader = new(1_000_000);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Models_ComeAndGoUnderLoad_AndNeverTakeMoreThanTheirMemory()
    {
        BaseModel[] models = [Save(14), Save(15), Save(16)];
        using ModelHost host = Host();
        int[][] alone = new int[models.Length][];
        for (int i = 0; i < models.Length; i++) alone[i] = await AnswerAsync(host, models[i]);
        int startCount = _reader.StartCount;

        int[][] answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(
            request => Task.Run(() => AnswerAsync(host, models[request * 7 % models.Length]))));

        for (int request = 0; request < answers.Length; request++)
            answers[request].ShouldBe(alone[request * 7 % models.Length]);
        alone[0].ShouldNotBe(alone[1]);
        _reader.StartCount.ShouldBeGreaterThan(startCount);
        _reader.Faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Models_ThatDoNotFitTogether_AreLoadedAtMostOnceForEachRequest()
    {
        const int requestCount = 12;
        BaseModel[] models = [Save(14), Save(15)];
        using ModelHost host = Host();
        for (int request = 0; request < requestCount; request++) await AnswerAsync(host, models[request % 2]);
        _reader.StartCount.ShouldBe(requestCount);

        await Task.WhenAll(models.Select(model => Task.Run(async () =>
        {
            for (int request = 0; request < requestCount; request++) await AnswerAsync(host, model);
        })));
        _reader.StartCount.ShouldBeLessThanOrEqualTo(3 * requestCount);
        _reader.Faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Request_LoadsItsModelAtMostOnce_ForAllItsAnswers_AndLetsItGoAlsoAfterAMistake()
    {
        const int requestCount = 6;
        BaseModel[] models = [Save(14), Save(15)];
        await using ServerFixture server = await ServerFixture.StartAsync(
            null, services => services.AddSingleton<IModelReader>(_reader),
            [
                "--Models:MemoryMegabytesMax=1",
                .. models.Select(model => $"--Models:Entries:{model.Id}:Folder={model.Folder}"),
                .. models.Select(model => $"--Models:Entries:{model.Id}:Weights=F32"),
            ]);

        int[][] choiceCounts = await Task.WhenAll(models.Select(async model =>
        {
            var told = new List<int>();
            for (int request = 0; request < requestCount; request++)
            {
                string text = new('a', request % 3 == 0 ? 10_000 : 10);
                string body = $$"""
                    {"model":"{{model.Id}}","n":2,"max_tokens":4,
                    "messages":[{"role":"user","content":"{{text}}"}]}
                    """;
                JsonElement answer = await server.Client.PostJsonAsync("/v1/chat/completions", body);
                told.Add(answer.TryGetProperty("choices", out JsonElement all) ? all.GetArrayLength() : 0);
            }

            return told.ToArray();
        }));

        foreach (int[] told in choiceCounts) told.ShouldBe([0, 2, 2, 0, 2, 2]);
        _reader.StartCount.ShouldBeLessThanOrEqualTo(2 * requestCount);
        _reader.Faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Model_ThatNeverFits_IsRefusedBeforeItIsLoaded()
    {
        using ModelHost host = Host();
        ApiException fault = await Should.ThrowAsync<ApiException>(() => host.HoldEngineAsync(Save(30), default));
        fault.Error.ShouldBe(ApiError.Internal);
        fault.Message.ShouldBe(
            "internal service error, model tiny-30 takes 2 MB of memory and Models:MemoryMegabytesMax is 1; "
            + "take another model, or ask the operator for more memory or smaller weights");
        _reader.StartCount.ShouldBe(0);

        using LoadedHold<IGenerationEngine> smaller =
            await host.HoldEngineAsync(Save(30) with { Weights = WeightFormat.Q8 }, default);
        smaller.Value.WeightBytes.ShouldBeLessThan(1_000_000);
    }

    [Theory]
    [InlineData(WeightFormat.F32)]
    [InlineData(WeightFormat.BF16)]
    [InlineData(WeightFormat.Q8)]
    [InlineData(WeightFormat.Q4)]
    public void Engine_TakesWhatWasMeasured(WeightFormat format)
    {
        var reader = new ModelReader(Options.Create(new EngineOptions()));
        LanguageModel model = reader.ReadModel(Save(3).Folder!);
        using var engine = (DecoderEngine)reader.StartEngine(model, format);
        reader.MeasureEngine(model, format).ShouldBe(engine.WeightBytes);
    }

    private ModelHost Host() => new(
        _reader, null!, null!, Options.Create(new ModelsOptions { MemoryMegabytesMax = 1 }),
        NullLogger<ModelHost>.Instance);

    private BaseModel Save(int layerCount)
    {
        string folder = Path.Combine(_folder, $"{layerCount}");
        if (!Directory.Exists(folder)) TinyModel.Save(folder, layerCount);
        return new BaseModel($"tiny-{layerCount}", folder, [], WeightFormat.F32);
    }

    private static async Task<int[]> AnswerAsync(ModelHost host, BaseModel model)
    {
        using LoadedHold<IGenerationEngine> engine = await host.HoldEngineAsync(model, default);
        var ids = new List<int>();
        var request = new GenerationRequest
        {
            PromptTokens = [72, 105],
            MaxTokens = 4,
            Sampling = new() { Temperature = 0 },
        };
        await foreach (GeneratedToken token in engine.Value.StreamAsync(request, default))
        {
            ids.Add(token.Id);
        }

        return [.. ids];
    }

    /// <summary>Reads models, and counts what those take that are in memory or being loaded.</summary>
    private sealed class WatchingReader(long bytesMax) : IModelReader
    {
        private readonly ModelReader _inner =
            new(Options.Create(new EngineOptions { ThreadCount = 1, CacheMegabytesMax = 16 }));

        private long _bytes;
        private int _startCount;

        public int StartCount => _startCount;

        public List<string> Faults { get; } = [];

        public LanguageModel ReadModel(string path) => _inner.ReadModel(path);

        public long MeasureEngine(LanguageModel model, WeightFormat? format) => _inner.MeasureEngine(model, format);

        public IGenerationEngine StartEngine(LanguageModel model, WeightFormat? format)
        {
            long bytes = MeasureEngine(model, format);
            if (Interlocked.Add(ref _bytes, bytes) > bytesMax) Faults.Add($"{_bytes} bytes at once");
            Interlocked.Increment(ref _startCount);
            return new WatchedEngine(
                (DecoderEngine)_inner.StartEngine(model, format), () => Interlocked.Add(ref _bytes, -bytes));
        }

        public long MeasureAdapter(string folder) => _inner.MeasureAdapter(folder);

        public LoraAdapter ReadAdapter(string folder, DecoderConfig config) => _inner.ReadAdapter(folder, config);
    }

    private sealed class WatchedEngine(DecoderEngine inner, Action end) : IGenerationEngine, IDisposable
    {
        public long WeightBytes => inner.WeightBytes;

        public async IAsyncEnumerable<GeneratedToken> StreamAsync(
            GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (GeneratedToken token in inner.StreamAsync(request, cancellationToken)) yield return token;
        }

        public void Dispose()
        {
            inner.Dispose();
            end();
        }
    }
}
