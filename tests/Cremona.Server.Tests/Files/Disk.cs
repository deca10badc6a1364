using System.Diagnostics;

namespace Cremona.Server.Tests.Files;

/// <summary>A small disk of its own in memory, mounted for one test.</summary>
public sealed class Disk : IDisposable
{
    public Disk(long bytes)
    {
        Folder = Directory.CreateTempSubdirectory("cremona-disk-").FullName;
        if (!Run("mount", "-t", "tmpfs", "-o", $"size={bytes}", "tmpfs", Folder))
        {
            Directory.Delete(Folder);
            Assert.Skip("This system does not let root mount a disk.");
        }
    }

    public static bool CanMount => OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess;

    public string Folder { get; }

    public void Dispose()
    {
        Run("umount", Folder);
        Directory.Delete(Folder, recursive: true);
    }

    private static bool Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardError = true,
        })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
