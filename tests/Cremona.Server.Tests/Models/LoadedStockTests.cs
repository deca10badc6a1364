using System.Runtime.CompilerServices;
using Cremona.Inference.Scheduling;
using Cremona.Server.Models;

namespace Cremona.Server.Tests.Models;

public class LoadedStockTests
{
    [Fact]
    public async Task Items_StayWithinTheirMemory_LastUsedFirst()
    {
        var events = new List<string>();
        LoadedStock<string> stock = Stock(2, events);
        foreach (string key in new[] { "a", "b", "a", "c", "a", "b" })
        {
            using LoadedHold<string> hold = await stock.HoldAsync(key, Load(key, 1, events), default);
            hold.Value.ShouldBe(key);
        }

        // Room is made before a load begins.
        events.ShouldBe(["+a", "+b", "-b", "+c", "-c", "+b"]);
        stock.Count.ShouldBe(2);
        stock.Drop("b");
        stock.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Item_ThatIsHeld_LeavesWhenItIsReleased_AndTheNextOneWaits()
    {
        var events = new List<string>();
        LoadedStock<string> stock = Stock(1, events);
        LoadedHold<string> held = await stock.HoldAsync("a", Load("a", 1, events), default);
        Task<LoadedHold<string>> next = stock.HoldAsync("b", Load("b", 1, events), default);
        while (stock.Count == 2) await Task.Yield();

        // Who asks for a now takes a turn behind b, so b does not wait for ever.
        Task<LoadedHold<string>> again = stock.HoldAsync("a", Load("a", 1, events), default);
        events.ShouldBe(["+a"]);
        held.Dispose();
        held.Dispose();
        (await next).Dispose();
        (await again).Dispose();
        events.ShouldBe(["+a", "-a", "+b", "-b", "+a"]);
    }

    [Fact]
    public async Task Item_LargerThanAll_IsRefused_AndNothingLeavesForIt()
    {
        var events = new List<string>();
        LoadedStock<string> stock = Stock(4, events);
        (await stock.HoldAsync("a", Load("a", 4, events), default)).Dispose();
        (await Should.ThrowAsync<InvalidOperationException>(() => stock.HoldAsync("b", Load("b", 5, events), default)))
            .Message.ShouldBe("b takes 5");
        events.ShouldBe(["+a"]);
        stock.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Item_IsNotLoaded_WhenNobodyWaitsForItAnyMore()
    {
        var events = new List<string>();
        LoadedStock<string> stock = Stock(1, events);
        LoadedHold<string> held = await stock.HoldAsync("a", Load("a", 1, events), default);
        using var impatient = new CancellationTokenSource();
        Task<LoadedHold<string>> next = stock.HoldAsync("b", Load("b", 1, events), impatient.Token);
        while (stock.Count == 2) await Task.Yield();
        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => next);
        held.Dispose();
        (await stock.HoldAsync("c", Load("c", 1, events), default)).Dispose();
        events.ShouldBe(["+a", "-a", "+c"]);
    }

    [Theory]
    [InlineData(false, "+a")]
    [InlineData(true, "+a-a+a")]
    public async Task Item_ThatShouldMakeWay_StaysWhenTheWaiterGivesUp_UnlessItWasDropped(
        bool isDropped, string expected)
    {
        var events = new List<string>();
        LoadedStock<string> stock = Stock(1, events);
        LoadedHold<string> held = await stock.HoldAsync("a", Load("a", 1, events), default);
        using var impatient = new CancellationTokenSource();
        Task<LoadedHold<string>> next = stock.HoldAsync("b", Load("b", 1, events), impatient.Token);
        while (stock.Count == 2) await Task.Yield();
        if (isDropped) stock.Drop("a");
        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => next);
        held.Dispose();
        (await stock.HoldAsync("a", Load("a", 1, events), default)).Dispose();
        string.Concat(events).ShouldBe(expected);
        stock.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Item_ThatFailsToLeave_GivesItsRoomToTheNextOne()
    {
        var stock = new LoadedStock<string>(
            1, (key, _) => new InvalidOperationException(key), (key, _) => throw new IOException(key));
        LoadedHold<string> held = await stock.HoldAsync("a", Load("a", 1, []), default);
        Task<LoadedHold<string>> next = stock.HoldAsync("b", Load("b", 1, []), default);
        while (stock.Count == 2) await Task.Yield();
        Should.Throw<IOException>(held.Dispose).Message.ShouldBe("a");
        (await next).Value.ShouldBe("b");
    }

    [Fact]
    public async Task Load_IsTriedAgain_AfterItFailed_AndGoesOnWithoutAnImpatientCaller()
    {
        LoadedStock<string> stock = Stock(1, []);
        await Should.ThrowAsync<IOException>(() => stock.HoldAsync(
            "a", new(() => Task.FromResult(1L), () => Task.FromException<string>(new IOException("no disk"))), default));
        stock.Count.ShouldBe(0);

        var begun = new TaskCompletionSource();
        var done = new TaskCompletionSource<string>();
        using var impatient = new CancellationTokenSource();
        Task<LoadedHold<string>> first = stock.HoldAsync(
            "a",
            new(() => Task.FromResult(1L), () =>
            {
                begun.SetResult();
                return done.Task;
            }),
            impatient.Token);
        await begun.Task;
        Task<LoadedHold<string>> second = stock.HoldAsync(
            "a", new(() => throw new InvalidOperationException("loaded twice"), () => done.Task), default);
        await impatient.CancelAsync();
        done.SetResult("a");
        await Should.ThrowAsync<OperationCanceledException>(() => first);
        (await second).Value.ShouldBe("a");
    }

    [Fact]
    public async Task Clear_EndsLoadsThatWait_AndLetsGoWhatIsBeingLoaded()
    {
        var events = new List<string>();
        LoadedStock<string> stock = Stock(2, events);
        LoadedHold<string> held = await stock.HoldAsync("a", Load("a", 1, events), default);
        var loading = new TaskCompletionSource<string>();
        var begun = new TaskCompletionSource();
        Task<LoadedHold<string>> late = stock.HoldAsync(
            "b",
            new(() => Task.FromResult(1L), () =>
            {
                begun.SetResult();
                return loading.Task;
            }),
            default);
        await begun.Task;
        Task<LoadedHold<string>> waiting = stock.HoldAsync("c", Load("c", 2, events), default);
        while (stock.Count == 3) await Task.Yield(); // a is to make way for c.

        stock.Clear();
        events.ShouldBe(["+a", "-a"]);
        await Should.ThrowAsync<ObjectDisposedException>(() => waiting);
        loading.SetResult("b");
        (await late).Dispose();
        held.Dispose();
        events.ShouldBe(["+a", "-a", "-b"]);
        stock.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Models_ComeAndGoUnderLoad_WithoutLosingARequest()
    {
        int ended = 0;
        var stock = new LoadedStock<IGenerationEngine>(
            1, (id, _) => new InvalidOperationException(id), (_, engine) =>
            {
                ((BriefEngine)engine).IsEnded = true;
                Interlocked.Increment(ref ended);
            });
        Task<LoadedHold<IGenerationEngine>> HoldAsync(int model) => stock.HoldAsync(
            $"{model}",
            new(() => Task.FromResult(1L), async () =>
            {
                await Task.Yield();
                return new BriefEngine(model);
            }),
            default);

        int[][] answers = await Task.WhenAll(Enumerable.Range(0, 400).Select(request => Task.Run(async () =>
        {
            var ids = new List<int>();
            var prompt = new GenerationRequest { PromptTokens = [1], MaxTokens = 5 };
            using LoadedHold<IGenerationEngine> model = await HoldAsync(request * 7 % 4);
            await foreach (GeneratedToken token in model.Value.StreamAsync(prompt, default))
            {
                ids.Add(token.Id);
            }

            return ids.ToArray();
        })));

        for (int request = 0; request < answers.Length; request++)
        {
            answers[request].ShouldBe([.. Enumerable.Repeat(request * 7 % 4, 5)]);
        }

        ended.ShouldBeGreaterThan(0);
        stock.Count.ShouldBe(1);
    }

    private static LoadedStock<string> Stock(long bytesMax, List<string> events) => new(
        bytesMax, (key, bytes) => new InvalidOperationException($"{key} takes {bytes}"), (key, _) => events.Add($"-{key}"));

    private static StockLoad<string> Load(string key, long bytes, List<string> events) => new(
        () => Task.FromResult(bytes),
        () =>
        {
            events.Add($"+{key}");
            return Task.FromResult(key);
        });

    /// <summary>Says its number, and fails when it has ended before its answer has.</summary>
    private sealed class BriefEngine(int number) : IGenerationEngine
    {
        public bool IsEnded { get; set; }

        public long WeightBytes => 1;

        public async IAsyncEnumerable<GeneratedToken> StreamAsync(
            GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            for (int i = 0; i < request.MaxTokens; i++)
            {
                await Task.Yield();
                ObjectDisposedException.ThrowIf(IsEnded, this);
                yield return new GeneratedToken(number, 0, [], null);
            }
        }
    }
}
