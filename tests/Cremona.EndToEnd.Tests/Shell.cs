using System.Diagnostics;

namespace Cremona.EndToEnd.Tests;

/// <summary>Lines as a user pastes them into bash.</summary>
internal static class Shell
{
    /// <returns>Standard output; fails with standard error when the exit code is not 0.</returns>
    public static async Task<string> RunAsync(string script, TimeSpan limit, string? workingFolder = null)
    {
        ProcessStartInfo start = new("bash", ["-euo", "pipefail", "-c", script])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingFolder ?? Directory.GetCurrentDirectory(),
        };
        using Process process = Process.Start(start)!;
        using CancellationTokenSource timer = new(limit);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(timer.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(timer.Token);
            await process.WaitForExitAsync(timer.Token);
            process.ExitCode.ShouldBe(0, $"{script}\n{await output}\n{await error}");
            return await output;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
