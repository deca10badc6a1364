using Microsoft.Data.Sqlite;

namespace Cremona.EndToEnd.Tests;

/// <summary>A process that is stopped with SIGSTOP and comes back after its lease lapsed.</summary>
[Trait("Speed", "Slow")]
public class PausedWorkerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task PausedServer_ChangesNothing_WhenAnotherTookItsJob()
    {
        using TempFolder folder = new();
        await using RealServer paused = await TrainingServer.StartAsync(folder, "shared");
        string job = await TrainingServer.CreateJobAsync(paused, await TrainingServer.UploadAsync(paused), epochs: 100);
        (await TrainingServer.HoldsWithinAsync(
            Limit, async () => await TrainingServer.ReadStepAsync(paused, job) > 0)).ShouldBeTrue();

        // First paused, then the other started: the job may not end before there is somebody to take it over.
        await PauseOutsideOfAWriteAsync(paused);
        await using RealServer other = await TrainingServer.StartAsync(folder, "shared");
        (await TrainingServer.SucceedsWithinAsync(other, job, Limit)).ShouldBeTrue(other.Process.Output);
        string adapter = TrainingServer.HashAdapter(other, job);
        string[] log = await File.ReadAllLinesAsync(Path.Combine(other.DataFolder, "jobs", job, "job.log"));
        paused.Process.Signal("CONT");

        // It answers again, ends its attempt when it is told to stop, and has changed nothing.
        (await TrainingServer.ReadStatesAsync(paused, job)).ShouldBe(["created", "pending", "running", "succeeded"]);
        (await paused.StopAsync()).ShouldBe(0);
        (await TrainingServer.ReadStatesAsync(other, job)).ShouldBe(["created", "pending", "running", "succeeded"]);
        TrainingServer.HashAdapter(other, job).ShouldBe(adapter);
        log.ShouldContain(line => line.Contains("\"attempt\":2", StringComparison.Ordinal));
        (await TrainingServer.HoldsWithinAsync(TimeSpan.FromSeconds(30), () => Task.FromResult(
            Directory.GetFileSystemEntries(Path.Combine(other.DataFolder, "jobs", job)).Length == 1))).ShouldBeTrue();
    }

    [Fact]
    public async Task StoppedServer_HandsItsJobOverAtOnce()
    {
        using TempFolder folder = new();
        await using RealServer first = await TrainingServer.StartAsync(folder, "shared", "Jobs:LeaseDuration=01:00:00");
        string job = await TrainingServer.CreateJobAsync(first, await TrainingServer.UploadAsync(first), epochs: 30);
        (await TrainingServer.HoldsWithinAsync(
            Limit, async () => await TrainingServer.ReadStepAsync(first, job) > 0)).ShouldBeTrue();

        (await first.StopAsync()).ShouldBe(0);
        await using RealServer second = await TrainingServer.StartAsync(folder, "shared", "Jobs:LeaseDuration=01:00:00");

        // A lease of an hour: only a job that was handed back can go on now.
        (await TrainingServer.SucceedsWithinAsync(second, job, Limit)).ShouldBeTrue(second.Process.Output);
        (await TrainingServer.ReadStatesAsync(second, job)).ShouldBe(["created", "pending", "running", "succeeded"]);
    }

    /// <summary>Stops the process while it writes nothing: one that is stopped inside a transaction keeps SQLite's only
    /// write lock, and then nobody can go on until it ends. PostgreSQL has no such lock.</summary>
    private static async Task PauseOutsideOfAWriteAsync(RealServer server)
    {
        (await TrainingServer.HoldsWithinAsync(Limit, async () =>
        {
            server.Process.Signal("STOP");
            if (await CanWriteAsync(server))
            {
                return true;
            }

            server.Process.Signal("CONT");
            return false;
        })).ShouldBeTrue();
    }

    private static async Task<bool> CanWriteAsync(RealServer server)
    {
        string path = Path.Combine(server.DataFolder, "cremona.db");
        await using SqliteConnection connection = new($"Data Source={path};Pooling=False;Default Timeout=1");
        try
        {
            await connection.OpenAsync();
            await using SqliteTransaction immediate = connection.BeginTransaction();
            return true;
        }
        catch (SqliteException fault) when (fault.SqliteErrorCode == 5)
        {
            return false;
        }
    }
}
