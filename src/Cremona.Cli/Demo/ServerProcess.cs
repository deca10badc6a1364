using System.Diagnostics;
using Cremona.Cli.CommandLine;

namespace Cremona.Cli.Demo;

/// <summary><c>cremona serve</c> as a child of this process, on a free loopback port. It ends with this process in
/// every case, <c>kill -9</c> included.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    /// <summary>Start of the line by which a server says where it listens.</summary>
    public const string ReadyPrefix = "listening on ";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(9.5);

    private readonly Process _process;
    private readonly Task _logging;

    private ServerProcess(Process process, Uri address, Task logging)
    {
        _process = process;
        Address = address;
        _logging = logging;
    }

    public Uri Address { get; }

    public int Id => _process.Id;

    /// <summary>Starts the server and waits until it listens.</summary>
    /// <param name="dataFolder">Its data folder.</param>
    /// <param name="logPath">What it prints goes here.</param>
    /// <param name="cancellationToken">Ends the start; the child is stopped.</param>
    /// <exception cref="CommandException">It ended, or did not listen in time; the message quotes its last
    /// words.</exception>
    public static async Task<ServerProcess> StartAsync(
        string dataFolder, string logPath, CancellationToken cancellationToken)
    {
        Process process = Process.Start(StartOf(dataFolder))!;
        TaskCompletionSource<Uri?> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task logging = LogAsync(process, logPath, listening);
        try
        {
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(StartLimit);
            Uri? address = await listening.Task.WaitAsync(limit.Token);
            return address is null
                ? throw new CommandException($"the server did not start; its last words are in {logPath}")
                : new ServerProcess(process, address, logging);
        }
        catch (Exception fault)
        {
            await EndAsync(process, logging);
            throw fault is OperationCanceledException && !cancellationToken.IsCancellationRequested
                ? new CommandException($"the server did not listen within {StartLimit.TotalSeconds:0} s; see {logPath}", fault)
                : fault;
        }
    }

    public async ValueTask DisposeAsync() => await EndAsync(_process, _logging);

    private static ProcessStartInfo StartOf(string dataFolder)
    {
        // The same program again: the executable, or `dotnet cremona.dll` when it was started so.
        string self = Environment.ProcessPath!;
        bool isDotnet = Path.GetFileNameWithoutExtension(self) == "dotnet";
        ProcessStartInfo start = new(self)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] arguments =
        [
            .. isDotnet ? [typeof(ServerProcess).Assembly.Location] : Array.Empty<string>(),
            "serve", "--urls", "http://127.0.0.1:0", "--data", dataFolder, "--exit-with-parent",
        ];
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }

    private static async Task LogAsync(Process process, string logPath, TaskCompletionSource<Uri?> listening)
    {
        await using StreamWriter log = new(logPath, append: true) { AutoFlush = true };
        using SemaphoreSlim turn = new(1);
        await Task.WhenAll(CopyAsync(process.StandardOutput), CopyAsync(process.StandardError));
        listening.TrySetResult(null);

        async Task CopyAsync(StreamReader reader)
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                await turn.WaitAsync();
                await log.WriteLineAsync(line);
                turn.Release();
                if (line.StartsWith(ReadyPrefix, StringComparison.Ordinal))
                {
                    listening.TrySetResult(new Uri(line[ReadyPrefix.Length..]));
                }
            }
        }
    }

    private static async Task EndAsync(Process process, Task logging)
    {
        // The end of its standard input tells the child to stop.
        process.StandardInput.Close();
        using CancellationTokenSource limit = new(StopLimit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }

        await logging;
        process.Dispose();
    }
}
