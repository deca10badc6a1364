using Cremona.Inference.Kernels;

namespace Cremona.Inference.Tests.Kernels;

public class ComputePoolTests
{
    // Only a thread that never comes takes as long.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    // Far longer than an idle thread spins before it parks.
    private static readonly TimeSpan UntilParked = TimeSpan.FromMilliseconds(20);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Run_DoesEachTaskOnce_OnAnyNumberOfThreads(int threads)
    {
        using var pool = new ComputePool(threads);
        for (int tasks = 0; tasks < 300; tasks++)
        {
            var counts = new int[tasks];
            pool.Run(tasks, i => Interlocked.Increment(ref counts[i]));
            counts.ShouldAllBe(count => count == 1);
        }
    }

    [Fact]
    public async Task Run_ServesSeveralCallers_OneAfterAnother()
    {
        using var pool = new ComputePool(3);
        Task[] callers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int round = 0; round < 200; round++)
            {
                int sum = 0;
                pool.Run(10, i => Interlocked.Add(ref sum, i));
                sum.ShouldBe(45);
            }
        }))];
        await Task.WhenAll(callers);
    }

    [Fact]
    public void Run_RunsInline_WhenStartedFromATask()
    {
        using var pool = new ComputePool(2);
        int count = 0;
        pool.Run(8, _ => pool.Run(8, _ => Interlocked.Increment(ref count)));
        count.ShouldBe(64);
    }

    [Fact]
    public void Run_ThrowsTheTasksException_AndServesTheNextRun()
    {
        using var pool = new ComputePool(2);
        Should.Throw<InvalidDataException>(() => pool.Run(4, i =>
        {
            if (i == 2) throw new InvalidDataException("bad");
        }));
        int count = 0;
        pool.Run(4, _ => Interlocked.Increment(ref count));
        count.ShouldBe(4);
    }

    [Fact]
    public unsafe void Run_WithoutAClosure_RunsItsOwnTask_AfterOneThatThrew()
    {
        using var pool = new ComputePool(2);
        Should.Throw<InvalidDataException>(() => pool.Run(4, _ => throw new InvalidDataException("bad")));
        int sum = 0;
        pool.Run(4, &Add, &sum);
        sum.ShouldBe(6);
    }

    [Fact]
    public void Run_Throws_AfterDispose()
    {
        var pool = new ComputePool(2);
        pool.Dispose();
        Should.Throw<ObjectDisposedException>(() => pool.Run(4, _ => { }));
    }

    [Fact]
    public async Task Run_WakesParkedThreads()
    {
        using var pool = new ComputePool(2);
        using var meeting = new Barrier(2);
        for (int round = 0; round < 20; round++)
        {
            await Task.Delay(UntilParked);
            pool.Run(2, _ => meeting.SignalAndWait(Limit).ShouldBeTrue());
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dispose_EndsTheThreads_AlsoParkedOnes(bool areParked)
    {
        var pool = new ComputePool(2);
        using var meeting = new Barrier(2);
        var threads = new Thread[2];
        pool.Run(2, task =>
        {
            threads[task] = Thread.CurrentThread;
            meeting.SignalAndWait(Limit).ShouldBeTrue();
        });
        Thread helper = threads.Single(thread => thread != Thread.CurrentThread);
        if (areParked) await Task.Delay(UntilParked);
        pool.Dispose();
        helper.Join(Limit).ShouldBeTrue();
    }

    private static unsafe void Add(void* sum, int task) => Interlocked.Add(ref *(int*)sum, task);
}
