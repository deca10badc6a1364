namespace Cremona.EndToEnd.Tests;

/// <summary>Jobs of the real server process that is killed with SIGKILL again and again.</summary>
[Trait("Speed", "Slow")]
public class JobCrashTests
{
    private const int KillCount = 20;
    private const int KillsPerJobMax = 6;
    private const int JobCountMax = 20;
    private const int Epochs = 15;
    private static readonly string[] WholeStory = ["created", "pending", "running", "succeeded"];
    private static readonly TimeSpan JobLimit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Jobs_EndWithTheSameBytes_WhenTheServerIsKilledAtAnyMoment()
    {
        using TempFolder folder = new();
        string undisturbed = await TrainUndisturbedAsync(folder);
        RealServer server = await TrainingServer.StartAsync(folder, "stormy");
        try
        {
            long file = await TrainingServer.UploadAsync(server);
            List<string> jobs = [];
            int kills = 0;
            while (kills < KillCount)
            {
                jobs.Count.ShouldBeLessThan(JobCountMax, "jobs end before they can be killed");
                string job = await TrainingServer.CreateJobAsync(server, file, Epochs);
                jobs.Add(job);
                for (int i = 0; i < KillsPerJobMax && await WaitForKillMomentAsync(server, job, i, kills); i++)
                {
                    await server.KillAsync();
                    await server.DisposeAsync();
                    kills++;
                    server = await TrainingServer.StartAsync(folder, "stormy");
                }

                (await TrainingServer.SucceedsWithinAsync(server, job, JobLimit)).ShouldBeTrue(server.Process.Output);
                (await TrainingServer.ReadStatesAsync(server, job)).ShouldBe(WholeStory);
                TrainingServer.HashAdapter(server, job).ShouldBe(undisturbed);
            }

            await ShouldHoldNothingElseAsync(server, file, jobs);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    /// <summary>Waits for the moment of the next kill: by turns some time after the start (before, while and after the
    /// lapsed lease is taken over) and some way into the training, whatever the machine's speed.</summary>
    /// <returns>False when the job ended first.</returns>
    private static async Task<bool> WaitForKillMomentAsync(RealServer server, string job, int killOfJob, int kill)
    {
        double spread = kill * 0.37 % 1;
        if (killOfJob % 2 == 1)
        {
            return !await TrainingServer.SucceedsWithinAsync(server, job,
                TrainingServer.Lease * (0.1 + (1.8 * spread)));
        }

        double share = (killOfJob + spread) / KillsPerJobMax;
        bool isOver = false;
        (await TrainingServer.HoldsWithinAsync(JobLimit, async () =>
        {
            isOver = (await TrainingServer.ReadStatesAsync(server, job))[^1] == "succeeded";
            return isOver
                || await TrainingServer.ReadStepAsync(server, job) > share * Epochs * TrainingServer.RowCount;
        })).ShouldBeTrue(server.Process.Output);
        return !isOver;
    }

    private static async Task<string> TrainUndisturbedAsync(TempFolder folder)
    {
        await using RealServer server = await TrainingServer.StartAsync(folder, "calm");
        string job = await TrainingServer.CreateJobAsync(server, await TrainingServer.UploadAsync(server), Epochs);
        (await TrainingServer.SucceedsWithinAsync(server, job, JobLimit)).ShouldBeTrue(server.Process.Output);
        return TrainingServer.HashAdapter(server, job);
    }

    /// <summary>After one more start, which sweeps: the uploaded file, the loss tables, the adapters, the
    /// logs.</summary>
    private static async Task ShouldHoldNothingElseAsync(RealServer server, long file, List<string> jobs)
    {
        (await server.StopAsync()).ShouldBe(0);
        await using RealServer last = await RealServer.StartAsync(server.DataFolder, "Models:Preloaded=");
        string jobsFolder = Path.Combine(last.DataFolder, "jobs");
        (await TrainingServer.HoldsWithinAsync(TimeSpan.FromSeconds(30), () => Task.FromResult(
            Directory.EnumerateFiles(jobsFolder, "*", SearchOption.AllDirectories).All(IsLog)
            && jobs.All(job => Directory.GetDirectories(Path.Combine(jobsFolder, job)).Length == 0)))).ShouldBeTrue();

        string blobs = Path.Combine(last.DataFolder, "blobs");
        string[] files =
            [.. Directory.EnumerateFiles(Path.Combine(blobs, "files")).Select(path => Path.GetFileName(path)!)];
        files.ShouldContain($"{file}");
        files.Length.ShouldBe(jobs.Count + 1);
        Directory.EnumerateDirectories(Path.Combine(blobs, "adapters")).Select(path => Path.GetFileName(path)!)
            .Order().ShouldBe(jobs.Order());
        Directory.EnumerateFileSystemEntries(Path.Combine(last.DataFolder, "tmp")).ShouldBeEmpty();
    }

    private static bool IsLog(string path) => Path.GetFileName(path) == "job.log";
}
