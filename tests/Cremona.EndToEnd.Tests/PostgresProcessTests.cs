using System.Text.Json;
using Cremona.Server.Tests.Storage;

namespace Cremona.EndToEnd.Tests;

/// <summary>Several real processes on one PostgreSQL store and one data folder.</summary>
[Trait("Speed", "Slow")]
public class PostgresProcessTests
{
    private const int Epochs = 40;
    private static readonly string[] WholeStory = ["created", "pending", "running", "succeeded"];
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    [Theory]
    [InlineData("KILL")]
    [InlineData("STOP")]
    public async Task Job_GoesOnInAnotherProcess_WhenItsOwnIsGone(string signal)
    {
        await using PostgresSchema schema = await PostgresSchema.CreateAsync();
        using TempFolder folder = new();
        string store = $"Storage:ConnectionString={schema.ConnectionString}";
        await using RealServer first = await TrainingServer.StartAsync(folder, "shared", store);
        string job = await TrainingServer.CreateJobAsync(first, await TrainingServer.UploadAsync(first), Epochs);
        (await TrainingServer.HoldsWithinAsync(
            Limit, async () => await TrainingServer.ReadStepAsync(first, job) > 0)).ShouldBeTrue(first.Process.Output);

        // At any moment, inside of a transaction or not.
        first.Process.Signal(signal);
        await using RealServer second = await TrainingServer.StartAsync(folder, "shared", store);
        (await TrainingServer.SucceedsWithinAsync(second, job, Limit)).ShouldBeTrue(second.Process.Output);
        string adapter = TrainingServer.HashAdapter(second, job);
        string[] log = await File.ReadAllLinesAsync(Path.Combine(second.DataFolder, "jobs", job, "job.log"));
        log.Max(line => JsonDocument.Parse(line).RootElement.GetProperty("attempt").GetInt64()).ShouldBeGreaterThan(1);

        if (signal == "STOP")
        {
            first.Process.Signal("CONT");
            (await TrainingServer.ReadStatesAsync(first, job)).ShouldBe(WholeStory);
            (await first.StopAsync()).ShouldBe(0);
        }

        (await TrainingServer.ReadStatesAsync(second, job)).ShouldBe(WholeStory);
        TrainingServer.HashAdapter(second, job).ShouldBe(adapter);
        adapter.ShouldBe(await TrainUndisturbedAsync(folder));
    }

    [Fact]
    public async Task Worker_RunsTheJobs_OfAServerWithoutAny()
    {
        await using PostgresSchema schema = await PostgresSchema.CreateAsync();
        using TempFolder folder = new();
        string[] settings = [$"Storage:ConnectionString={schema.ConnectionString}", "Jobs:WorkerCount=0"];
        await using RealServer server = await TrainingServer.StartAsync(folder, "shared", settings);
        await using CremonaProcess worker = TrainingServer.StartWorker(folder, "shared", settings);
        await worker.WaitForLineAsync("working on ", Limit);

        string job = await TrainingServer.CreateJobAsync(server, await TrainingServer.UploadAsync(server), epochs: 2);

        (await TrainingServer.SucceedsWithinAsync(server, job, Limit)).ShouldBeTrue(worker.Output);
        (await TrainingServer.ReadStatesAsync(server, job)).ShouldBe(WholeStory);
        worker.Signal("TERM");
        (await worker.WaitForExitAsync(TimeSpan.FromSeconds(10))).ShouldBe(0);
    }

    private static async Task<string> TrainUndisturbedAsync(TempFolder folder)
    {
        await using RealServer server = await TrainingServer.StartAsync(folder, "calm");
        string job = await TrainingServer.CreateJobAsync(server, await TrainingServer.UploadAsync(server), Epochs);
        (await TrainingServer.SucceedsWithinAsync(server, job, Limit)).ShouldBeTrue(server.Process.Output);
        return TrainingServer.HashAdapter(server, job);
    }
}
