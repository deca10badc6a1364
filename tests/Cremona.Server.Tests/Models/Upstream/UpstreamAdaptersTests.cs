using System.Text.Json;
using Cremona.Server.Edge;
using Cremona.Server.Models;
using Cremona.Server.Models.Upstream;
using Cremona.Server.Tests.FineTuning;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Cremona.Server.Tests.Models.Upstream;

/// <summary>Tuned models on servers that load adapters as vLLM does.</summary>
public class UpstreamAdaptersTests
{
    private const string Load = "/v1/load_lora_adapter";
    private const string Unload = "/v1/unload_lora_adapter";
    private const string Chat = "/v1/chat/completions";

    [Fact]
    public async Task TunedModel_IsLoadedOnceAndCalledByItsName_AndUnloadedWhenDeleted()
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(AnswerAsync);
        await using ServerFixture server = await StartAsync(fake);
        string model = await TuneAsync(server);

        await AskAsync(server, model);
        await AskAsync(server, model);
        await DeleteAsync(server, model);

        fake.Paths.ShouldBe([Load, Chat, Chat, Unload]);
        using var loaded = JsonDocument.Parse(fake.Bodies.First());
        loaded.RootElement.GetProperty("lora_name").GetString().ShouldBe(model);
        string path = loaded.RootElement.GetProperty("lora_path").GetString()!;
        path.ShouldStartWith("/mnt/cremona/blobs/adapters/");
        File.Exists(path.Replace("/mnt/cremona", server.DataFolder, StringComparison.Ordinal) + "/adapter_model.safetensors")
            .ShouldBeFalse("the model is deleted");
        fake.Bodies.ElementAt(1).ShouldStartWith($$"""{"model":"{{model}}",""");
        fake.Bodies.Last().ShouldBe($$"""{"lora_name":"{{model}}"}""");
    }

    [Fact]
    public async Task TunedModel_IsLoadedAgain_WhenTheServerWasStartedAnew()
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(
            AnswerAsync, AnswerAsync, FakeUpstream.Fail(404), AnswerAsync);
        await using ServerFixture server = await StartAsync(fake);
        string model = await TuneAsync(server);

        await AskAsync(server, model);
        await AskAsync(server, model);

        fake.Paths.ShouldBe([Load, Chat, Chat, Load, Chat]);
    }

    [Fact]
    public async Task TunedModel_IsAnsweredWithAnError_WhenTheServerDoesNotLoadIt()
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(FakeUpstream.Fail(400));
        await using ServerFixture server = await StartAsync(fake);
        string model = await TuneAsync(server);

        JsonElement answer = await server.Client.PostJsonAsync(
            "/v1/text/chatcompletion_v2", $$"""{"model":"{{model}}","messages":[{"role":"user","content":"hi"}]}""");

        answer.StatusCode().ShouldBe(1013);
        fake.Paths.ShouldNotContain(Chat);
    }

    [Fact]
    public async Task TunedModel_IsUnloaded_WhenItLapses()
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(AnswerAsync);
        await using ServerFixture server = await StartAsync(fake);
        string model = await TuneAsync(server);
        await AskAsync(server, model);
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow() + TimeSpan.FromDays(8));
        var options = new ModelsOptions { TunedModelLapse = TimeSpan.FromDays(7) };

        using TunedModelSweep sweep = new(
            server.Services.GetRequiredService<ITunedModelStore>(),
            server.Services.GetRequiredService<TunedModelRemoval>(), Options.Create(options), clock,
            NullLogger<TunedModelSweep>.Instance);
        await sweep.SweepAsync(default);

        fake.Paths.ShouldBe([Load, Chat, Unload]);
        fake.Bodies.Last().ShouldBe($$"""{"lora_name":"{{model}}"}""");
    }

    [Fact]
    public async Task TunedModel_IsUnloadedEverywhere_WhileOneServerHangs_UntilNobodyWaits()
    {
        static Task Hang(HttpContext http) =>
            http.Request.Path == Unload ? FakeUpstream.HangAfter()(http) : AnswerAsync(http);
        await using FakeUpstream slow = await FakeUpstream.StartAsync(Hang);
        await using FakeUpstream well = await FakeUpstream.StartAsync(AnswerAsync);
        await using ServerFixture server = await StartAsync(slow, $"--Models:Entries:nano:Upstream:Urls:1={well.Url}");
        string model = await TuneAsync(server);
        await AskAsync(server, model);
        await AskAsync(server, model);

        using var stop = new CancellationTokenSource();
        Task unload = Pool(server).UnloadAsync(model, stop.Token);
        while (!well.Paths.Contains(Unload) || !slow.Paths.Contains(Unload))
        {
            await Task.Delay(10, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        }

        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(unload);
    }

    [Fact]
    public async Task TunedModel_IsDeleted_WhileAServerHangs_AndThoughItsClientLeaves()
    {
        static Task Hang(HttpContext http) =>
            http.Request.Path == Unload ? FakeUpstream.HangAfter()(http) : AnswerAsync(http);
        await using FakeUpstream fake = await FakeUpstream.StartAsync(Hang);
        await using ServerFixture server = await StartAsync(fake);
        string model = await TuneAsync(server);
        string path = AdapterFolder(server);
        ITunedModelStore models = server.Services.GetRequiredService<ITunedModelStore>();
        var clock = new FakeTimeProvider();
        var removal = new TunedModelRemoval(
            models, new TinyModelHost(), server.Services.GetRequiredService<UpstreamPools>(), clock,
            NullLogger<TunedModelRemoval>.Instance);

        using var client = new CancellationTokenSource();
        Task<bool> deleted = removal.DeleteAsync(new EdgeOptions().OpenModeGroup, model, client.Token);
        while (!fake.Paths.Contains(Unload))
        {
            await Task.Delay(10, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        }

        await client.CancelAsync();
        deleted.IsCompleted.ShouldBeFalse();
        clock.Advance(TimeSpan.FromSeconds(5));
        (await deleted).ShouldBeTrue();
        Directory.Exists(path).ShouldBeFalse();
        (await models.ListMarkedAsync(default)).Single().Id.ShouldBe(model, "the next sweep asks the server again");
    }

    [Fact]
    public async Task TunedModel_IsUnloaded_ThatThisProcessDidNotLoad_BeforeItsFilesGo()
    {
        string? path = null;
        bool wereFilesThere = false;
        Task Watch(HttpContext http)
        {
            wereFilesThere = Directory.Exists(path);
            return AnswerAsync(http);
        }

        await using FakeUpstream fake = await FakeUpstream.StartAsync(Watch);
        await using ServerFixture server = await StartAsync(fake);
        string model = await TuneAsync(server);
        path = AdapterFolder(server);

        await DeleteAsync(server, model);

        fake.Paths.ShouldBe([Unload]);
        wereFilesThere.ShouldBeTrue();
        Directory.Exists(path).ShouldBeFalse();
    }

    [Fact]
    public async Task TunedModel_IsUnloaded_BehindALoadThatIsUnderWay()
    {
        var isLoading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var mayLoad = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bool isLoaded = false, wasLoaded = false;
        async Task LoadSlowlyAsync(HttpContext http)
        {
            if (http.Request.Path == Load)
            {
                isLoading.SetResult();
                await mayLoad.Task;
                isLoaded = true;
            }

            wasLoaded |= http.Request.Path == Unload && isLoaded;
            await AnswerAsync(http);
        }

        await using FakeUpstream fake = await FakeUpstream.StartAsync(LoadSlowlyAsync);
        await using ServerFixture server = await StartAsync(fake);
        string model = await TuneAsync(server);

        Task asked = server.Client.PostJsonAsync(
            Chat, $$"""{"model":"{{model}}","messages":[{"role":"user","content":"hi"}]}""");
        await isLoading.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Task deleted = DeleteAsync(server, model);
        while ((await server.Client.PostJsonAsync("/v1/list_finetune_model", "{}")).GetRawText()
            .Contains(model, StringComparison.Ordinal))
        {
            await Task.Delay(10, CancellationToken.None);
        }

        mayLoad.SetResult();
        await deleted;
        await asked;

        wasLoaded.ShouldBeTrue("the load ends first");
        fake.Paths.Count(path => path == Load).ShouldBe(1);
        fake.Paths.ShouldContain(Unload);
    }

    [Fact]
    public async Task TunedModel_IsUnloadedLater_WhereAServerDidNotAnswer_AndIsNotLoadedAgain()
    {
        int unloads = 0;
        Task FailOnce(HttpContext http) => http.Request.Path == Unload && ++unloads == 1
            ? FakeUpstream.Fail(503)(http)
            : AnswerAsync(http);
        await using FakeUpstream fake = await FakeUpstream.StartAsync(FailOnce);
        await using ServerFixture server = await StartAsync(fake);
        string model = await TuneAsync(server);
        string path = AdapterFolder(server);

        await DeleteAsync(server, model);
        Directory.Exists(path).ShouldBeFalse();
        await server.Services.GetRequiredService<TunedModelRemoval>().RemoveMarkedAsync(default);
        await server.Services.GetRequiredService<TunedModelRemoval>().RemoveMarkedAsync(default);
        fake.Paths.ShouldBe([Unload, Unload]);

        // A call that was begun before tries again when its server says 404.
        var request = new UpstreamRequest("{}"u8.ToArray(), new UpstreamAdapter(model, path));
        UpstreamException fault = await Should.ThrowAsync<UpstreamException>(
            async () => await Pool(server).StreamAsync(request, default).ToListAsync());
        fault.Fault.ShouldBe(UpstreamFault.AdapterRefused);
        fake.Paths.ShouldBe([Unload, Unload]);
    }

    [Fact]
    public async Task Load_IsTriedAgain_AfterItFailedWhileNobodyWaited()
    {
        // The load fails on a thread of its own, a moment after the answer; so there are some turns.
        bool isLoaded = false;
        for (int turn = 0; turn < 100 && !isLoaded; turn++)
        {
            isLoaded = await LoadsAfterAFailureAsync(turn);
        }

        isLoaded.ShouldBeTrue();
    }

    /// <summary>Whether an adapter is loaded, some milliseconds after nobody waited for a load that failed.</summary>
    private static async Task<bool> LoadsAfterAFailureAsync(int milliseconds)
    {
        var answer = new TaskCompletionSource<(int Status, string Text)>();
        int posts = 0;
        var adapters = new ReplicaAdapters((_, _, _) => Interlocked.Increment(ref posts) == 1
            ? answer.Task
            : Task.FromResult((StatusCodes.Status200OK, "")));
        var adapter = new UpstreamAdapter("tuned", "/tuned");
        await Should.ThrowAsync<OperationCanceledException>(
            adapters.LoadAsync(adapter, new CancellationToken(canceled: true)));

        answer.SetResult((StatusCodes.Status500InternalServerError, ""));
        await Task.Delay(milliseconds, CancellationToken.None);
        try
        {
            await adapters.LoadAsync(adapter, default);
            return true;
        }
        catch (UpstreamException)
        {
            return false;
        }
    }

    private static UpstreamPool Pool(ServerFixture server) =>
        server.Services.GetRequiredService<UpstreamPools>().Find("nano")!;

    private static Task<JsonElement> DeleteAsync(ServerFixture server, string model) =>
        server.Client.PostJsonAsync("/v1/delete_finetune_model", $$"""{"model_id":"{{model}}"}""");

    /// <summary>Of the one model that there is.</summary>
    private static string AdapterFolder(ServerFixture server) =>
        Directory.GetDirectories(Path.Combine(server.DataFolder, "blobs", "adapters")).Single();

    private static Task<ServerFixture> StartAsync(FakeUpstream fake, params string[] settings) =>
        FineTuningServer.StartAsync(
            new FakeTrainer(),
            [
                $"--Models:Entries:nano:Upstream:Urls:0={fake.Url}", "--Models:Entries:nano:Upstream:LoadsAdapters=true",
                "--Models:Entries:nano:Upstream:DataFolder=/mnt/cremona", "--Models:Entries:nano:Upstream:RetriesMax=1",
                .. settings,
            ]);

    private static async Task<string> TuneAsync(ServerFixture server)
    {
        JsonElement job = await server.Client.CreateJobAsync();
        await server.Client.WaitForStateAsync(job.Id(), "succeeded");
        return job.GetProperty("fine_tuned_model").GetString()!;
    }

    private static async Task AskAsync(ServerFixture server, string model)
    {
        JsonElement answer = await server.Client.PostJsonAsync(
            Chat, $$"""{"model":"{{model}}","messages":[{"role":"user","content":"hi"}]}""");
        answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()
            .ShouldBe("Hello there");
    }

    private static Task AnswerAsync(HttpContext http) => http.Request.Path == Chat
        ? FakeUpstream.AnswerWellAsync(http)
        : http.Response.WriteAsync("Success");
}
