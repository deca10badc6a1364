using System.Text.Json;
using Cremona.Conformance.Tests.Runner;
using Cremona.Server.Tests;
using Cremona.Server.Tests.Files;
using Cremona.Server.Tests.FineTuning;

namespace Cremona.Conformance.Tests;

/// <summary>Whole bodies of the fine-tuning endpoints. A server without a worker leaves its jobs as they were made; one
/// with a worker has finished the traced job before the trace is played.</summary>
public class FineTuningTraceTests
{
    private const string Room = "finetune";

    [Fact]
    public async Task WaitingJobs_AnswerAsTraced()
    {
        await using ServerFixture server = await FineTuningServer.StartAsync(new FakeTrainer(), "--Jobs:WorkerCount=0");
        string key = await server.CreateKeyAsync("42");
        using HttpClient client = server.CreateClient(key);
        long file = await client.UploadAsync(FineTuningRows.Pro(10));

        await TraceRunner.PlayAsync(
            Room, "waiting.trace", server, ("key", key), ("other", await server.CreateKeyAsync("43")), ("file", $"{file}"));
    }

    [Fact]
    public async Task SucceededJob_AnswersAsTraced()
    {
        await using ServerFixture server = await FineTuningServer.StartAsync(new FakeTrainer());
        string key = await server.CreateKeyAsync("42");
        using HttpClient client = server.CreateClient(key);
        JsonElement job = await client.CreateJobAsync("test");
        await client.WaitForStateAsync(job.Id(), "succeeded");

        await TraceRunner.PlayAsync(
            Room, "succeeded.trace", server,
            ("key", key), ("other", await server.CreateKeyAsync("43")), ("job", job.Id()),
            ("model", job.GetProperty("fine_tuned_model").GetString()!),
            ("file", $"{job.GetProperty("training_file").GetInt64()}"));
    }
}
