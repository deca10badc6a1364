using System.Runtime.CompilerServices;
using Cremona.Inference.Scheduling;
using Cremona.Server.Models;

namespace Cremona.Server.Tests.Models;

public class LoadedStockTests
{
    [Fact]
    public async Task Items_StayWithinTheirMemory_LastUsedFirst()
    {
        var loaded = new List<string>();
        var left = new List<string>();
        var stock = new LoadedStock<string>(2, _ => 1, (key, _) => left.Add(key));
        foreach (string key in new[] { "a", "b", "a", "c", "a", "b" })
        {
            using LoadedHold<string> hold = await stock.HoldAsync(
                key,
                () =>
                {
                    loaded.Add(key);
                    return Task.FromResult(key);
                },
                default);
            hold.Value.ShouldBe(key);
        }

        loaded.ShouldBe(["a", "b", "c", "b"]);
        left.ShouldBe(["b", "c"]);
        stock.Count.ShouldBe(2);
        stock.Drop("b");
        stock.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Item_ThatIsHeld_LeavesWhenItIsReleased()
    {
        var left = new List<string>();
        var stock = new LoadedStock<string>(1, _ => 1, (key, _) => left.Add(key));
        LoadedHold<string> held = await stock.HoldAsync("a", () => Task.FromResult("a"), default);
        using (await stock.HoldAsync("b", () => Task.FromResult("b"), default)) { }

        left.ShouldBeEmpty();
        held.Dispose();
        held.Dispose();
        left.ShouldBe(["a"]);
    }

    [Fact]
    public async Task Item_LargerThanAll_Stays_WhileItIsTheLastUsed()
    {
        var stock = new LoadedStock<string>(1, _ => 5);
        using (await stock.HoldAsync("a", () => Task.FromResult("a"), default)) { }
        stock.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Load_IsTriedAgain_AfterItFailed_AndGoesOnWithoutAnImpatientCaller()
    {
        var stock = new LoadedStock<string>(1, _ => 1);
        await Should.ThrowAsync<IOException>(() =>
            stock.HoldAsync("a", () => Task.FromException<string>(new IOException("no disk")), default));
        stock.Count.ShouldBe(0);

        var done = new TaskCompletionSource<string>();
        using var impatient = new CancellationTokenSource();
        Task<LoadedHold<string>> first = stock.HoldAsync("a", () => done.Task, impatient.Token);
        Task<LoadedHold<string>> second = stock.HoldAsync(
            "a", () => throw new InvalidOperationException("loaded twice"), default);
        await impatient.CancelAsync();
        done.SetResult("a");
        await Should.ThrowAsync<OperationCanceledException>(() => first);
        (await second).Value.ShouldBe("a");
    }

    [Fact]
    public async Task Models_ComeAndGoUnderLoad_WithoutLosingARequest()
    {
        int ended = 0;
        var stock = new LoadedStock<IGenerationEngine>(
            1, engine => engine.WeightBytes, (_, engine) =>
            {
                ((BriefEngine)engine).IsEnded = true;
                Interlocked.Increment(ref ended);
            });
        HostedEngine[] models = [.. Enumerable.Range(0, 4).Select(i => new HostedEngine(
            token => stock.HoldAsync($"{i}", async () =>
            {
                await Task.Yield();
                return new BriefEngine(i);
            }, token), 1))];

        int[][] answers = await Task.WhenAll(Enumerable.Range(0, 400).Select(request => Task.Run(async () =>
        {
            var ids = new List<int>();
            var prompt = new GenerationRequest { PromptTokens = [1], MaxTokens = 5 };
            await foreach (GeneratedToken token in models[request * 7 % 4].StreamAsync(prompt, default))
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
