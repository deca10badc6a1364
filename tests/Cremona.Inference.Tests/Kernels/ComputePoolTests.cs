using Cremona.Inference.Kernels;

namespace Cremona.Inference.Tests.Kernels;

public class ComputePoolTests
{
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

    private static unsafe void Add(void* sum, int task) => Interlocked.Add(ref *(int*)sum, task);
}
