using System.Collections.Concurrent;
using System.Diagnostics;

namespace Cremona.EndToEnd.Tests;

/// <summary>A real <c>cremona</c> process. Its output is kept; signals reach it and nobody else; it never outlives the
/// test, not even when the test's own process is killed, if it was started with <c>--exit-with-parent</c>.</summary>
public sealed class CremonaProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ConcurrentQueue<string> _standardOutput = new();
    private readonly ConcurrentQueue<string> _standardError = new();
    private readonly SemaphoreSlim _news = new(0);
    private readonly Task _reading;

    private CremonaProcess(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(
            ReadAsync(process.StandardOutput, _standardOutput),
            ReadAsync(process.StandardError, _standardError));
    }

    public static string ExecutablePath { get; } = Path.Combine(AppContext.BaseDirectory, "cremona");

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Standard output and error so far, by lines.</summary>
    public string Output => string.Join('\n', _lines);

    /// <summary>Standard output alone, by lines.</summary>
    public string StandardOutput => string.Join('\n', _standardOutput);

    /// <summary>Standard error alone, by lines.</summary>
    public string StandardError => string.Join('\n', _standardError);

    public StreamWriter Input => _process.StandardInput;

    public static CremonaProcess Start(IReadOnlyDictionary<string, string> variables, params string[] arguments)
    {
        ProcessStartInfo start = new(ExecutablePath, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string name in start.Environment.Keys.Where(n => n.StartsWith("CREMONA_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach ((string name, string value) in variables)
        {
            start.Environment[name] = value;
        }

        return new CremonaProcess(Process.Start(start)!);
    }

    public static CremonaProcess Start(params string[] arguments) =>
        Start(new Dictionary<string, string>(), arguments);

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        IReadOnlyDictionary<string, string> variables, TimeSpan limit, params string[] arguments)
    {
        await using CremonaProcess process = Start(variables, arguments);
        process.Input.Close();
        int code = await process.WaitForExitAsync(limit);
        return (code, process.StandardOutput, process.StandardError);
    }

    /// <summary>The first line that begins so; fails with all output when the process ends or the limit passes
    /// before.</summary>
    public async Task<string> WaitForLineAsync(string prefix, TimeSpan limit)
    {
        using CancellationTokenSource timer = new(limit);
        while (true)
        {
            if (_lines.FirstOrDefault(line => line.StartsWith(prefix, StringComparison.Ordinal)) is { } found)
            {
                return found;
            }

            if (_reading.IsCompleted)
            {
                throw new InvalidOperationException($"cremona ended before '{prefix}':\n{Output}");
            }

            try
            {
                await _news.WaitAsync(timer.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"no line '{prefix}' within {limit}:\n{Output}");
            }
        }
    }

    /// <returns>The exit code; 128 + signal when a signal ended it.</returns>
    public async Task<int> WaitForExitAsync(TimeSpan limit)
    {
        using CancellationTokenSource timer = new(limit);
        try
        {
            await _process.WaitForExitAsync(timer.Token);
            await _reading.WaitAsync(timer.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"cremona did not end within {limit}:\n{Output}");
        }

        return _process.ExitCode;
    }

    /// <summary>Sends a signal, for example <c>TERM</c>, <c>INT</c>, <c>STOP</c> or <c>CONT</c>, to this process
    /// alone.</summary>
    public void Signal(string name)
    {
        using Process kill = Process.Start("sh", ["-c", $"kill -{name} {Id}"]);
        kill.WaitForExit();
    }

    /// <summary><c>kill -9</c>, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        await _reading;
        _process.Dispose();
        _news.Dispose();
    }

    private async Task ReadAsync(StreamReader reader, ConcurrentQueue<string> own)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            own.Enqueue(line);
            _lines.Enqueue(line);
            _news.Release();
        }

        _news.Release();
    }
}
