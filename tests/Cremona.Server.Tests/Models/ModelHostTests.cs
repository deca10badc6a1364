using Cremona.Inference.Checkpoints;
using Cremona.Server.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Cremona.Server.Tests.Models;

public class ModelHostTests
{
    [Fact]
    public async Task Model_IsReadOnce_WhenManyAsk()
    {
        var model = new ScriptedModel();
        await using ServerFixture server = await StartAsync(model);
        IModelHost host = server.Services.GetRequiredService<IModelHost>();
        BaseModel nano = server.Services.GetRequiredService<IModelCatalog>().FindBase("abab5.5-chat-240119")!;

        LanguageModel[] loaded = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.LoadAsync(nano, default)));

        model.ReadCount.ShouldBe(1);
        loaded.ShouldAllBe(one => ReferenceEquals(one, loaded[0]));
    }

    [Fact]
    public async Task Load_IsTriedAgain_AfterItFailed()
    {
        int calls = 0;
        var loads = new SharedLoads<int>();
        Task<int> LoadAsync() => ++calls == 1 ? Task.FromException<int>(new IOException("no disk")) : Task.FromResult(7);

        await Should.ThrowAsync<IOException>(() => loads.GetAsync("a", LoadAsync, default));

        (await loads.GetAsync("a", LoadAsync, default)).ShouldBe(7);
        (await loads.GetAsync("a", LoadAsync, default)).ShouldBe(7);
        calls.ShouldBe(2);
    }

    [Fact]
    public async Task Load_IsTriedAgain_AfterItFailedWhileNobodyWaited()
    {
        var done = new TaskCompletionSource<int>();
        var loads = new SharedLoads<int>();
        using var impatient = new CancellationTokenSource();
        Task<int> first = loads.GetAsync("a", () => done.Task, impatient.Token);
        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);

        done.SetException(new IOException("no disk"));

        (await loads.GetAsync("a", () => Task.FromResult(7), default)).ShouldBe(7);
    }

    [Fact]
    public async Task Caller_StopsWaiting_WithoutStoppingTheLoad()
    {
        var done = new TaskCompletionSource<int>();
        var loads = new SharedLoads<int>();
        using var impatient = new CancellationTokenSource();
        Task<int> first = loads.GetAsync("a", () => done.Task, impatient.Token);
        Task<int> second = loads.GetAsync("a", () => throw new InvalidOperationException("loaded twice"), default);

        await impatient.CancelAsync();
        done.SetResult(7);

        await Should.ThrowAsync<OperationCanceledException>(() => first);
        (await second).ShouldBe(7);
    }

    [Fact]
    public async Task Readyz_TellsWhenTheModelCannotBeLoaded()
    {
        string empty = Directory.CreateTempSubdirectory("cremona-empty-").FullName;
        await using ServerFixture server = await ServerFixture.StartAsync(
            $"--Models:Entries:nano:Folder={empty}", "--Models:Preloaded=nano", "--Logging:LogLevel:Default=None");
        ModelPreloadWorker preload = server.Services.GetRequiredService<ModelPreloadWorker>();
        await WaitUntilTriedAsync(preload);

        string answer = await server.Client.GetStringOfAnyStatusAsync("/readyz");
        string chat = await server.Client.GetStringOfAnyStatusAsync("/v1/models");
        Directory.Delete(empty);

        answer.ShouldBe(
            """{"status":"not ready","faults":{"model":"the model nano cannot be loaded; the log says why"},"base_resp":{"status_code":0,"status_msg":"success"}}""");
        chat.ShouldStartWith("""{"object":"list","data":[{"id":"nano","object":"model","created":0,"owned_by":"cremona"},""");
    }

    [Fact]
    public async Task Preload_IsTriedAgain_AfterItFailed()
    {
        var model = new ScriptedModel { ReadFault = new IOException("no disk") };
        await using ServerFixture server = await StartAsync(model);
        var clock = new FakeTimeProvider();
        using var preload = new ModelPreloadWorker(
            server.Services.GetRequiredService<IModelHost>(), server.Services.GetRequiredService<IModelCatalog>(),
            Options.Create(new ModelsOptions { Preloaded = "nano" }), clock, NullLogger<ModelPreloadWorker>.Instance);

        await preload.StartAsync(default);
        await WaitUntilTriedAsync(preload);
        string? fault = await preload.FindFaultAsync(default);
        model.ReadFault = null;
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!preload.ExecuteTask!.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(30));
            await Task.Delay(10, late.Token);
        }

        fault.ShouldBe("the model nano cannot be loaded; the log says why");
        (await preload.FindFaultAsync(default)).ShouldBeNull();
        model.ReadCount.ShouldBe(2);
    }

    private static async Task WaitUntilTriedAsync(ModelPreloadWorker preload)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await preload.FindFaultAsync(late.Token) == "the model is loading")
        {
            await Task.Delay(10, late.Token);
        }
    }

    private static Task<ServerFixture> StartAsync(ScriptedModel model) =>
        ServerFixture.StartAsync(null, services => services.AddSingleton<IModelReader>(model));
}
