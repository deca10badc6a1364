namespace Cremona.Inference.Kernels;

/// <summary>Threads for kernels. First form, on the runtime's pool: the engine's own threads replace it.</summary>
public sealed class ComputePool(int threadCount) : IDisposable
{
    public int ThreadCount { get; } = threadCount;

    /// <summary>Runs independent tasks 0 to <paramref name="taskCount"/> − 1 and returns when all are done.</summary>
    public void Run(int taskCount, Action<int> task)
    {
        if (ThreadCount > 1 && taskCount > 1)
        {
            Parallel.For(0, taskCount, new ParallelOptions { MaxDegreeOfParallelism = ThreadCount }, task);
            return;
        }
        for (int i = 0; i < taskCount; i++)
            task(i);
    }

    public void Dispose()
    {
    }
}
