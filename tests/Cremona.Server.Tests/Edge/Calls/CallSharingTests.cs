using Cremona.Protocol.Errors;
using Cremona.Server.Edge;
using Cremona.Server.Edge.Calls;
using Cremona.Server.Storage;
using Cremona.Server.Tests.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Cremona.Server.Tests.Edge.Calls;

public class CallSharingTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Alone_NobodyIsAsked()
    {
        await using TestStore test = await TestStore.CreateAsync(StoreKind.Sqlite);
        await using Server server = new(test, new FakeTimeProvider(), requestsPerMinute: 2);
        await server.StartAsync();

        await server.EnterAsync();
        await server.EnterAsync();
        (await Should.ThrowAsync<ApiException>(server.EnterAsync)).Error.ShouldBe(ApiError.RequestRateLimited);
        server.Store.Asked.ShouldBe(0);
    }

    [Fact]
    public async Task Store_DecidesForTheMinute_AfterTheLastOtherHasGone()
    {
        await using TestStore test = await TestStore.CreateAsync(StoreKind.Sqlite);
        var clock = new FakeTimeProvider();
        await using Server server = new(test, clock, requestsPerMinute: 100);
        await server.Store.HandOverAsync("other", () => [], default);
        await server.StartAsync();
        await server.EnterAsync();
        server.Store.Asked.ShouldBe(1);

        await server.Store.LeaveAsync("other", default);
        clock.Advance(TimeSpan.FromSeconds(59));
        await server.EnterAsync();
        server.Store.Asked.ShouldBe(2);

        clock.Advance(TimeSpan.FromSeconds(10));
        await server.EnterAsync();
        server.Store.Asked.ShouldBe(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task NewServer_LetsNobodyIn_UntilTheOtherHasHandedOver_OrMustHaveNoticed(bool handsOver)
    {
        await using TestStore test = await TestStore.CreateAsync(StoreKind.Sqlite);
        var clock = new FakeTimeProvider();
        await using Server server = new(test, clock, requestsPerMinute: 3);
        await server.Store.BeatAsync("other", false, default);
        await server.StartAsync();

        Task entering = server.EnterAsync();
        await server.AdvanceAsync(clock, TimeSpan.FromSeconds(6), entering);
        entering.IsCompleted.ShouldBeFalse();
        if (handsOver)
        {
            await server.Store.HandOverAsync("other", () => [new CallCount(Server.Key, 7, 2, 0)], default);
        }

        await server.AdvanceAsync(clock, TimeSpan.FromSeconds(2), entering);
        await entering.WaitAsync(Limit);
        if (handsOver)
        {
            ApiException refused = await Should.ThrowAsync<ApiException>(server.EnterAsync);
            refused.Error.ShouldBe(ApiError.RequestRateLimited);
            refused.RetryAfter!.Value.TotalSeconds.ShouldBeInRange(40, 53);
        }
    }

    [Fact]
    public async Task OwnCounts_Decide_WhileTheStoreIsAway_AndAreHandedOverAfterwards()
    {
        await using TestStore test = await TestStore.CreateAsync(StoreKind.Sqlite);
        await using Server one = new(test, TimeProvider.System, requestsPerMinute: 4);
        await using Server other = new(test, TimeProvider.System, requestsPerMinute: 4);
        await one.StartAsync();
        await other.StartAsync();
        await other.EnterAsync();
        await one.EnterAsync();

        one.Store.IsAway = true;
        for (int call = 0; call < 3; call++)
        {
            await one.EnterAsync();
        }

        (await Should.ThrowAsync<ApiException>(one.EnterAsync)).Error.ShouldBe(ApiError.RequestRateLimited);
        one.Warnings.ShouldBe(1);

        one.Store.IsAway = false;
        using var limit = new CancellationTokenSource(Limit);
        while ((await other.Store.ListAsync(Server.Key.GroupId, default)).Sum(count => count.Requests) < 5)
        {
            await Task.Delay(20, limit.Token);
        }

        (await Should.ThrowAsync<ApiException>(other.EnterAsync)).Error.ShouldBe(ApiError.RequestRateLimited);
    }

    [Fact]
    public async Task MinuteOfADepartedServer_Counts_AfterACutOff()
    {
        await using TestStore test = await TestStore.CreateAsync(StoreKind.Sqlite);
        var clock = new FakeTimeProvider();
        await using Server server = new(test, clock, requestsPerMinute: 4);
        await server.Store.HandOverAsync("other", () => [new CallCount(Server.Key, 0, 3, 0)], default);
        await server.StartAsync();
        server.Store.IsAway = true;
        clock.Advance(TimeSpan.FromSeconds(1));
        await server.EnterAsync();
        server.Store.IsAway = false;
        await server.Store.LeaveAsync("other", default);

        clock.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(async () => await test.ReadAsync<long>("SELECT COUNT(*) FROM call_counts") == 2);

        (await Should.ThrowAsync<ApiException>(server.EnterAsync)).Error.ShouldBe(ApiError.RequestRateLimited);
        (await test.ReadAsync<long>("SELECT shares FROM serving_processes")).ShouldBe(1);
    }

    [Fact]
    public async Task Server_WarnsOnce_WhileNothingCanBeHandedOver()
    {
        await using TestStore test = await TestStore.CreateAsync(StoreKind.Sqlite);
        var clock = new FakeTimeProvider();
        await using Server server = new(test, clock, requestsPerMinute: 4);
        await server.StartAsync();
        await server.Store.BeatAsync("other", false, default);
        server.Store.HandingOver = Task.FromException(new IOException("the store takes nothing"));

        for (int look = 0; look < 4; look++)
        {
            int looks = server.Store.Looks;
            clock.Advance(TimeSpan.FromSeconds(1));
            await UntilAsync(() => Task.FromResult(server.Store.Looks > looks));
            await UntilAsync(() => Task.FromResult(server.Warnings > 0));
            await server.EnterAsync();
        }

        (await Should.ThrowAsync<ApiException>(server.EnterAsync)).Error.ShouldBe(ApiError.RequestRateLimited);
        server.Warnings.ShouldBe(1);
    }

    [Fact]
    public async Task Call_IsSettled_ThatEndsWhileCountsAreHandedOver()
    {
        await using TestStore test = await TestStore.CreateAsync(StoreKind.Sqlite);
        var clock = new FakeTimeProvider();
        await using Server server = new(test, clock, requestsPerMinute: 4);
        await server.StartAsync();
        var handedOver = new TaskCompletionSource();
        using (await server.BeginAsync(tokens: 10))
        {
            await server.Store.BeatAsync("other", false, default);
            server.Store.HandingOver = handedOver.Task;
            clock.Advance(TimeSpan.FromSeconds(1));
            await UntilAsync(async () => await CountTokensAsync() == 10);
        }

        handedOver.SetResult();
        await UntilAsync(async () => await CountTokensAsync() == 0);

        async Task<long> CountTokensAsync() =>
            (await server.Store.ListAsync(Server.Key.GroupId, default)).Sum(count => count.Tokens);
    }

    [Fact]
    public async Task Tokens_ThatTheStoreHasRefused_AreNotAskedForAgain_WithinTheSecond()
    {
        await using TestStore test = await TestStore.CreateAsync(StoreKind.Sqlite);
        var clock = new FakeTimeProvider();
        await using Server server = new(test, clock, requestsPerMinute: 100, tokensPerMinute: 100);
        await server.Store.HandOverAsync("other", () => [new CallCount(Server.Key, 0, 1, 60)], default);
        await server.StartAsync();

        for (int call = 0; call < 3; call++)
        {
            ApiException refused = await Should.ThrowAsync<ApiException>(() => server.BeginAsync(tokens: 50));
            refused.Error.ShouldBe(ApiError.TokenRateLimited);
            refused.RetryAfter!.Value.TotalSeconds.ShouldBeInRange(30, 60);
        }

        server.Store.Asked.ShouldBe(1);
        using (await server.BeginAsync(tokens: 20)) server.Store.Asked.ShouldBe(2);
        await Should.ThrowAsync<ApiException>(() => server.BeginAsync(tokens: 50)); // A call has given back its tokens.
        server.Store.Asked.ShouldBe(3);
        clock.Advance(TimeSpan.FromSeconds(1));
        await Should.ThrowAsync<ApiException>(() => server.BeginAsync(tokens: 50));
        server.Store.Asked.ShouldBe(4);
    }

    [Fact]
    public async Task Refusal_BlamesTheRequests_WhenThereIsRoomSince()
    {
        await using TestStore test = await TestStore.CreateAsync(StoreKind.Sqlite);
        await using Server server = new(test, new FakeTimeProvider(), requestsPerMinute: 4);
        await server.Store.HandOverAsync("other", () => [], default);
        await server.StartAsync();
        server.Store.RefusesAll = true;

        ApiException refused = await Should.ThrowAsync<ApiException>(server.EnterAsync);

        refused.Error.ShouldBe(ApiError.RequestRateLimited);
        refused.RetryAfter.ShouldBe(TimeSpan.FromSeconds(1));
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!await isSo()) await Task.Delay(10, limit.Token);
    }

    /// <summary>What counts calls in a server, without the rest of it.</summary>
    private sealed class Server : IAsyncDisposable, ILogger<CallSharing>
    {
        public static readonly CallKey Key = new("1", "chat", "m");

        private readonly TimeProvider _clock;
        private readonly CallLimiter _limiter;
        private readonly CallSharing _sharing;
        private readonly UsageLedger _ledger;

        public Server(
            TestStore test, TimeProvider clock, long requestsPerMinute, long tokensPerMinute = 1_000_000)
        {
            _clock = clock;
            Store = new WatchedStore(new CallCountStore(test.Database));
            IOptions<CallLimitsOptions> options = Options.Create(new CallLimitsOptions
            {
                RequestsPerMinute = requestsPerMinute,
                TokensPerMinute = tokensPerMinute,
            });
            var usage = new UsageStore(test.Database);
            _ledger = new UsageLedger(usage, clock, NullLogger<UsageLedger>.Instance);
            var counts = new CallCounts(options, clock);
            _sharing = new CallSharing(counts, Store, clock, this);
            _limiter = new CallLimiter(options, new BalanceBook(usage, _ledger, clock), counts, _sharing);
        }

        public WatchedStore Store { get; }

        public int Warnings { get; private set; }

        public Task StartAsync() => _sharing.StartAsync(default);

        public async Task EnterAsync()
        {
            using IDisposable pass = await BeginAsync(tokens: 1);
        }

        /// <returns>To be disposed when the call ends, without having used a token.</returns>
        public async Task<IDisposable> BeginAsync(long tokens)
        {
            var meter = new CallMeter(_clock);
            meter.Begin(Key.Operation, Key.Model);
            return await _limiter.EnterAsync(Key.GroupId, meter, tokens, default);
        }

        /// <summary>In small steps, each followed by a look at the store, as a clock goes.</summary>
        public async Task AdvanceAsync(FakeTimeProvider clock, TimeSpan time, Task until)
        {
            using var limit = new CancellationTokenSource(Limit);
            TimeSpan step = TimeSpan.FromMilliseconds(100);
            for (TimeSpan gone = TimeSpan.Zero; gone < time && !until.IsCompleted; gone += step)
            {
                int looks = Store.Looks;
                clock.Advance(step);
                while (Store.Looks == looks && !until.IsCompleted)
                {
                    limit.Token.ThrowIfCancellationRequested();
                    await Task.Yield();
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _sharing.StoppedAsync(default);
            _sharing.Dispose();
            _ledger.Dispose();
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => Warnings += logLevel == LogLevel.Warning ? 1 : 0;
    }

    private sealed class WatchedStore(ICallCountStore store) : ICallCountStore
    {
        private int _looks;

        public bool IsAway { get; set; }

        public bool RefusesAll { get; set; }

        /// <summary>What the answer to a handing over waits for.</summary>
        public Task HandingOver { get; set; } = Task.CompletedTask;

        public int Asked { get; private set; }

        public int Looks => Volatile.Read(ref _looks);

        public async Task<IReadOnlyList<ServingProcess>> BeatAsync(
            string processId, bool shares, CancellationToken cancellationToken)
        {
            IReadOnlyList<ServingProcess> others = await Reach().BeatAsync(processId, shares, cancellationToken);
            Interlocked.Increment(ref _looks);
            return others;
        }

        public async Task<IReadOnlyList<ServingProcess>> ListOthersAsync(
            string processId, CancellationToken cancellationToken)
        {
            IReadOnlyList<ServingProcess> others = await Reach().ListOthersAsync(processId, cancellationToken);
            Interlocked.Increment(ref _looks);
            return others;
        }

        public async Task<long> HandOverAsync(
            string processId, Func<IReadOnlyCollection<CallCount>> take, CancellationToken cancellationToken)
        {
            long second = await Reach().HandOverAsync(processId, take, cancellationToken);
            await HandingOver;
            return second;
        }

        public Task TakeBackAsync(string processId, CancellationToken cancellationToken) =>
            Reach().TakeBackAsync(processId, cancellationToken);

        public Task LeaveAsync(string processId, CancellationToken cancellationToken) =>
            Reach().LeaveAsync(processId, cancellationToken);

        public Task<IReadOnlyList<CallDecision>> ReserveAsync(
            string processId, IReadOnlyList<CallSettlement> ended, IReadOnlyList<CallReservation> asked,
            CancellationToken cancellationToken)
        {
            Asked += asked.Count;
            return RefusesAll
                ? Task.FromResult<IReadOnlyList<CallDecision>>([.. asked.Select(_ => new CallDecision(null, []))])
                : Reach().ReserveAsync(processId, ended, asked, cancellationToken);
        }

        public Task<IReadOnlyList<CallCount>> ListAsync(string groupId, CancellationToken cancellationToken) =>
            Reach().ListAsync(groupId, cancellationToken);

        private ICallCountStore Reach() => IsAway ? throw new IOException("the store is away") : store;
    }
}
