using System.Text.Json;
using Cremona.Server.Models;
using Cremona.Server.Tests.Files;
using Cremona.Training;
using Microsoft.Extensions.DependencyInjection;

namespace Cremona.Server.Tests.FineTuning;

/// <summary>The way of a job over HTTP, with the tiny model and a trainer that the test controls.</summary>
public class FineTuningTests
{
    [Fact]
    public async Task Job_LeavesModelLossTableAndAdapter_WhenItSucceeds()
    {
        await using ServerFixture server = await FineTuningServer.StartAsync(new FakeTrainer());
        HttpClient client = server.Client;
        string id = (await client.CreateJobAsync("test")).Id();

        await client.WaitForStateAsync(id, "succeeded");

        (await client.ReadStatesAsync(id)).ShouldBe(["created", "pending", "running", "succeeded"]);
        JsonElement job = (await client.AskAsync("retrieve_finetune_job", id)).GetProperty("finetune_job");
        job.GetProperty("status").GetString().ShouldBe("succeeded");
        job.GetProperty("progress").GetRawText().ShouldStartWith("""{"step":3,"step_count":3,"train_loss":0.25,""");
        string file = job.GetProperty("result_files")[0].GetString()!;
        (await client.GetStringAsync(new Uri($"/v1/files/retrieve_content?file_id={file}", UriKind.Relative)))
            .ShouldBe("iter,train_loss,valid_loss\n1,0.324273,0.000000\n2,0.343621,0.000000\n3,0.250000,0.000000\n");
        JsonElement row = (await client.GetJsonAsync($"/v1/files/retrieve?file_id={file}")).GetProperty("file");
        row.GetProperty("filename").GetString().ShouldBe($"{id}.csv");
        row.GetProperty("purpose").GetString().ShouldBe("fine-tune-result");
        string adapter = Path.Combine(server.DataFolder, "blobs", "adapters", id);
        File.Exists(Path.Combine(adapter, "adapter_model.safetensors")).ShouldBeTrue();
        await WaitUntilAsync(() => Directory.GetFileSystemEntries(Path.Combine(server.DataFolder, "jobs", id))
            .Select(Path.GetFileName).SequenceEqual(["job.log"]));
        File.ReadAllLines(Path.Combine(server.DataFolder, "jobs", id, "job.log"))[^1]
            .ShouldContain("\"largest_logit_difference\":0");
    }

    [Fact]
    public async Task Model_IsThereInTheMomentItsEventIsVisible()
    {
        await using ServerFixture server = await FineTuningServer.StartAsync(new FakeTrainer());
        IModelCatalog catalog = server.Services.GetRequiredService<IModelCatalog>();
        for (int i = 0; i < 3; i++)
        {
            JsonElement job = await server.Client.CreateJobAsync();
            string name = job.GetProperty("fine_tuned_model").GetString()!;
            JsonElement[] events;
            do
            {
                JsonElement list = await server.Client.AskAsync("list_finetune_event", job.Id(), ",\"limit\":10");
                events = [.. list.GetProperty("event_list").EnumerateArray()];
            }
            while (!events[^1].GetProperty("message").GetString()!.Contains("succeeded", StringComparison.Ordinal));

            (await catalog.FindAsync("1000000000", name, default)).ShouldNotBeNull().Tuned!.Id.ShouldBe(name);
        }
    }

    [Fact]
    public async Task ValidationLoss_StandsInTheTable_WhenThereIsAValidationFile()
    {
        await using ServerFixture server = await FineTuningServer.StartAsync(new FakeTrainer());
        long training = await server.Client.UploadAsync(FineTuningRows.Pro(10));
        long validation = await server.Client.UploadAsync(FineTuningRows.Pro(1));
        JsonElement created = await server.Client.PostJsonAsync(
            "/create_finetune_job",
            $$"""{"model":"nano","training_file":"{{training}}","validation_file":{{validation}}.0}""");
        string id = created.GetProperty("finetune_job").Id();

        await server.Client.WaitForStateAsync(id, "succeeded");

        JsonElement job = (await server.Client.AskAsync("retrieve_finetune_job", id)).GetProperty("finetune_job");
        job.GetProperty("validation_file").GetInt64().ShouldBe(validation);
        string file = job.GetProperty("result_files")[0].GetString()!;
        (await server.Client.GetStringAsync(new Uri($"/v1/files/retrieve_content?file_id={file}", UriKind.Relative)))
            .ShouldBe("iter,train_loss,valid_loss\n1,0.324273,0.500000\n2,0.343621,0.500000\n3,0.250000,0.400000\n");
    }

    [Fact]
    public async Task Job_FailsWithTheStep_WhenTheLossIsNotFinite()
    {
        FakeTrainer trainer = new() { Work = (_, _, _) => throw new TrainingDivergedException(17) };
        await using ServerFixture server = await FineTuningServer.StartAsync(trainer);
        string id = (await server.Client.CreateJobAsync()).Id();

        await server.Client.WaitForStateAsync(id, "failed");

        JsonElement list = await server.Client.AskAsync("list_finetune_event", id, ",\"limit\":10,\"after\":\"3\"");
        JsonElement last = list.GetProperty("event_list").EnumerateArray().Single();
        last.GetProperty("level").GetString().ShouldBe("error");
        last.GetProperty("message").GetString()!.ShouldEndWith(
            """
            "model_id":"","status_code":1013,"status_msg":"internal service error, loss is not finite at step 17"}
            """);
        JsonElement job = (await server.Client.AskAsync("retrieve_finetune_job", id)).GetProperty("finetune_job");
        job.GetProperty("result_files").GetRawText().ShouldBe("[]");
    }

    [Fact]
    public async Task DeletedJob_IsCancelledWhileUnfinished_AndRemovedWhenFinished()
    {
        using ManualResetEventSlim gate = new();
        await using ServerFixture server = await FineTuningServer.StartAsync(
            new FakeTrainer { Work = FakeTrainer.FinishAfter(gate) });
        HttpClient client = server.Client;
        string id = (await client.CreateJobAsync()).Id();
        string queued = (await client.CreateJobAsync()).Id();
        await client.WaitForStateAsync(id, "running");
        await client.WaitForStateAsync(queued, "pending");

        foreach (string job in (string[])[id, queued])
        {
            (await client.AskAsync("delete_finetune_job", job)).GetRawText()
                .ShouldBe("""{"base_resp":{"status_code":0,"status_msg":"success"}}""");
            (await client.ReadStatesAsync(job))[^1].ShouldBe("cancelled");
        }

        // The work stops at once, and leaves nothing.
        await WaitUntilAsync(() => !Directory.EnumerateDirectories(Path.Combine(server.DataFolder, "jobs", id)).Any());
        (await client.AskAsync("delete_finetune_job", id)).StatusCode().ShouldBe(0);
        foreach (string operation in (string[])["retrieve_finetune_job", "list_finetune_event", "delete_finetune_job"])
        {
            (await client.AskAsync(operation, id, ",\"limit\":1")).StatusMessage()
                .ShouldBe($"invalid params, finetune job not found: {id}");
        }

        await WaitUntilAsync(() => !Directory.Exists(Path.Combine(server.DataFolder, "jobs", id)));
        Directory.Exists(Path.Combine(server.DataFolder, "blobs", "adapters", id)).ShouldBeFalse();
    }

    [Fact]
    public async Task DeletedModel_FreesItsDisk_AndRoomForAnother()
    {
        await using ServerFixture server = await FineTuningServer.StartAsync(
            new FakeTrainer(), "--FineTuning:ModelsPerGroupMax=1");
        JsonElement job = await server.Client.CreateJobAsync();
        string name = job.GetProperty("fine_tuned_model").GetString()!;
        await server.Client.WaitForStateAsync(job.Id(), "succeeded");
        (await server.Client.AskAsync("delete_finetune_job", job.Id())).StatusCode().ShouldBe(0);
        (await ModelAsync("retrieve_finetune_model")).StatusCode().ShouldBe(0);

        (await ModelAsync("delete_finetune_model")).GetRawText()
            .ShouldBe("""{"base_resp":{"status_code":0,"status_msg":"success"}}""");

        Directory.Exists(Path.Combine(server.DataFolder, "blobs", "adapters", job.Id())).ShouldBeFalse();
        (await ModelAsync("retrieve_finetune_model")).StatusMessage()
            .ShouldBe($"invalid params, finetune model not found: {name}");
        (await server.Client.PostJsonAsync("/v1/list_finetune_model", "")).GetRawText()
            .ShouldBe("""{"model_list":[],"base_resp":{"status_code":0,"status_msg":"success"}}""");
        await server.Client.CreateJobAsync();

        Task<JsonElement> ModelAsync(string operation) =>
            server.Client.PostJsonAsync($"/v1/{operation}", $$"""{"model_id":"{{name}}"}""");
    }

    [Fact]
    public async Task Group_NeverGetsMoreThanFive_WhenManyCreateAtOnce()
    {
        using ManualResetEventSlim gate = new();
        await using ServerFixture server = await FineTuningServer.StartAsync(
            new FakeTrainer { Work = FakeTrainer.FinishAfter(gate) });
        long file = await server.Client.UploadAsync(FineTuningRows.Pro(10));
        string body = $$"""{"model":"nano","training_file":{{file}}}""";

        JsonElement[] answers = await Task.WhenAll(
            Enumerable.Range(0, 12).Select(_ => server.Client.PostJsonAsync("/v1/create_finetune_job", body)));

        answers.Count(answer => answer.StatusCode() == 0).ShouldBe(5);
        answers.Where(answer => answer.StatusCode() != 0).ShouldAllBe(
            answer => answer.StatusMessage() == "invalid params, finetune model count reaches the limit 5");
        string[] names = [.. answers.Where(answer => answer.StatusCode() == 0)
            .Select(answer => answer.GetProperty("finetune_job").GetProperty("fine_tuned_model").GetString()!)];
        names.Distinct().Count().ShouldBe(5);
    }

    [Fact]
    public async Task TrainingFile_CannotBeDeletedBeforeItsJobEnded()
    {
        using ManualResetEventSlim gate = new();
        await using ServerFixture server = await FineTuningServer.StartAsync(
            new FakeTrainer { Work = FakeTrainer.FinishAfter(gate) });
        JsonElement job = await server.Client.CreateJobAsync();
        string delete = $$"""{"file_id":{{job.GetProperty("training_file").GetInt64()}}}""";

        (await server.Client.PostJsonAsync("/v1/files/delete", delete)).StatusCode().ShouldBe(2013);
        gate.Set();
        await server.Client.WaitForStateAsync(job.Id(), "succeeded");
        (await server.Client.PostJsonAsync("/v1/files/delete", delete)).StatusCode().ShouldBe(0);
    }

    [Fact]
    public async Task Job_GoesOnInTheNextProcess_WhenTheServerStops()
    {
        using ManualResetEventSlim gate = new();
        FakeTrainer trainer = new() { Work = FakeTrainer.FinishAfter(gate) };
        DirectoryInfo folder = Directory.CreateTempSubdirectory("cremona-test-");
        string id;
        await using (ServerFixture first = await FineTuningServer.StartOnAsync(folder.FullName, trainer))
        {
            id = (await first.Client.CreateJobAsync()).Id();
            await first.Client.WaitForStateAsync(id, "running");
        }

        // The lease was handed back: nobody waits for it to lapse.
        gate.Set();
        await using (ServerFixture second = await FineTuningServer.StartOnAsync(
            folder.FullName, trainer, "--Jobs:LeaseDuration=01:00:00"))
        {
            await second.Client.WaitForStateAsync(id, "succeeded");
            (await second.Client.ReadStatesAsync(id)).ShouldBe(["created", "pending", "running", "succeeded"]);
        }

        folder.Delete(recursive: true);
    }

    private static async Task WaitUntilAsync(Func<bool> isTrue)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));
        while (!isTrue())
        {
            await Task.Delay(20, limit.Token);
        }
    }
}
