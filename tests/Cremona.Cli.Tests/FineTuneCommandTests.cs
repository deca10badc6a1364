namespace Cremona.Cli.Tests;

public class FineTuneCommandTests
{
    private const string JobId = "1702558479753114";
    private const string Model = "ft:abab5.5s-chat-240123_1705584973436:test";

    [Fact]
    public async Task Create_UploadsLocalFiles_AndLeavesDefaultsToTheServer()
    {
        await using FakePlatform platform = await FakePlatform.StartAsync();
        platform.Answer(
            "/v1/files/upload",
            """{"file":{"file_id":11,"bytes":1,"created_at":1,"filename":"t.jsonl","purpose":"fine-tune"},"file_id":11,"base_resp":{"status_code":0,"status_msg":"success"}}""");
        platform.Answer("/v1/create_finetune_job", Job("created"));
        using TempFolder folder = new();

        CommandRun run = await CommandRun.StartAsync(
            platform, "finetune", "create", folder.Write("t.jsonl", "{}"), "--validation", "22", "--suffix", "test");

        run.ShouldBe(new CommandRun(0, $"{JobId}\n", ""));
        platform.Requests.Last().Body.ShouldBe(
            """{"model":"abab5.5s-chat-240123","training_file":11,"validation_file":22,"hyperparameters":{},"suffix":"test"}""");
    }

    [Fact]
    public async Task Create_SendsTheBoundsOfItsRanges()
    {
        await using FakePlatform platform = await FakePlatform.StartAsync();
        platform.Answer("/v1/create_finetune_job", Job("created"));

        CommandRun run = await CommandRun.StartAsync(
            platform, "finetune", "create", "11", "--epochs", "100", "--batch-size", "1", "--learning-rate-multiplier", "1");

        run.ShouldBe(new CommandRun(0, $"{JobId}\n", ""));
        platform.Requests.Single().Body.ShouldContain(
            """training_file":11,"hyperparameters":{"batch_size":1,"learning_rate_multiplier":1,"n_epochs":100}""");
    }

    [Theory]
    [InlineData("--epochs")]
    [InlineData("--batch-size")]
    [InlineData("--learning-rate-multiplier")]
    public async Task Create_SendsNothing_WhenAValueIsZero(string option)
    {
        await using FakePlatform platform = await FakePlatform.StartAsync();

        CommandRun run = await CommandRun.StartAsync(platform, "finetune", "create", "11", option, "0");

        run.ExitCode.ShouldBe(2);
        platform.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Watch_PrintsEveryEventOnce_AndProgress_UntilTheEnd()
    {
        await using FakePlatform platform = await FakePlatform.StartAsync();
        platform.Answer("/v1/retrieve_finetune_job", Job("running", """{"step":3,"step_count":150,"train_loss":1.25,"tokens_per_second":1234.5}"""));
        platform.Answer(
            "/v1/list_finetune_event",
            Events(Event("created"), Event("pending")),
            Events(),
            Events(Event("running"), Event("succeeded", Model)));

        CommandRun run = await CommandRun.StartAsync(platform, "finetune", "watch", JobId);

        run.ExitCode.ShouldBe(0);
        run.Out.ShouldBe($"""
            step 3/150  loss 1.250  1,235 tokens/s
            12:54:47Z created
            12:54:47Z pending
            12:54:47Z running
            12:54:47Z succeeded {Model}
            talk to it: cremona chat --model {Model}

            """);
        platform.Requests.Where(r => r.Path == "/v1/list_finetune_event").Select(r => r.Body).ShouldBe(
            new[] { 0, 2, 2 }.Select(
                after => $$"""{"fine_tuning_job_id":"{{JobId}}","after":"{{after}}","limit":100}"""));
    }

    [Fact]
    public async Task Create_PrintsNothingButJson_WhenItWatchesWithJson()
    {
        await using FakePlatform platform = await FakePlatform.StartAsync();
        platform.Answer("/v1/create_finetune_job", Job("created"));
        platform.Answer("/v1/retrieve_finetune_job", Job("running", """{"step":3,"step_count":150,"train_loss":1.25,"tokens_per_second":1234.5}"""));
        platform.Answer("/v1/list_finetune_event", Events(Event("running"), Event("succeeded", Model)));

        CommandRun run = await CommandRun.StartAsync(platform, "finetune", "create", "11", "--watch", "--json");

        run.ShouldBe(new CommandRun(
            0, $"{Job("created")}\n{Message("running")}\n{Message("succeeded", Model)}\n", ""));

        static string Message(string status, string model = "") =>
            Event(status, model).Replace("\\\"", "\"", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_FailsWithTheReason_WhenTheJobFails()
    {
        await using FakePlatform platform = await FakePlatform.StartAsync();
        platform.Answer("/v1/retrieve_finetune_job", Job("failed"));
        platform.Answer(
            "/v1/list_finetune_event",
            Events("""{\"job_id\":\"1\",\"status\":\"failed\",\"last_work_time\":1,\"model_id\":\"\",\"status_code\":1013,\"status_msg\":\"loss is not finite\"}"""));

        CommandRun run = await CommandRun.StartAsync(platform, "finetune", "watch", JobId);

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldBe($"error: job {JobId} failed: loss is not finite (code 1013)\n");
    }

    [Fact]
    public async Task Cancel_RefusesAFinishedJob_WhichTheWireWouldDelete()
    {
        await using FakePlatform platform = await FakePlatform.StartAsync();
        platform.Answer("/v1/retrieve_finetune_job", Job("succeeded"));

        CommandRun run = await CommandRun.StartAsync(platform, "finetune", "cancel", JobId);

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("nothing to cancel");
        platform.Requests.ShouldNotContain(r => r.Path == "/v1/delete_finetune_job");
    }

    [Fact]
    public async Task Cancel_DeletesAnUnfinishedJob()
    {
        await using FakePlatform platform = await FakePlatform.StartAsync();
        platform.Answer("/v1/retrieve_finetune_job", Job("running"));

        CommandRun run = await CommandRun.StartAsync(platform, "finetune", "cancel", JobId);

        run.Out.ShouldBe($"cancelled {JobId}\n");
        platform.Requests.Last().Path.ShouldBe("/v1/delete_finetune_job");
    }

    [Fact]
    public async Task List_NamesTheNextPage_WhenThereIsMore()
    {
        await using FakePlatform platform = await FakePlatform.StartAsync();
        string job = Job("running").Split("\"finetune_job\":")[1].Split(",\"base_resp\"")[0];
        platform.Answer(
            "/v1/list_finetune_job",
            $$$"""{"job_list":[{{{job}}}],"has_more":true,"base_resp":{"status_code":0,"status_msg":"success"}}""");

        CommandRun run = await CommandRun.StartAsync(platform, "finetune", "list", "--limit", "1");

        run.Out.ShouldContain(JobId);
        run.Error.ShouldBe($"more: cremona finetune list --after {JobId}\n");
        platform.Requests.Single().Body.ShouldBe("""{"limit":1}""");
    }

    private static string Job(string status, string progress = "null") => $$$"""
        {"finetune_job":{"id":"{{{JobId}}}","created_at":1702558487515,"fine_tuned_model":"{{{Model}}}",
        "hyperparameters":{"batch_size":1,"learning_rate_multiplier":0.0001,"n_epochs":5},"model":"abab5.5s-chat-240123",
        "object":"finetune.job","organization_id":"1684765387","result_files":[],"status":"{{{status}}}",
        "training_file":11,"validation_file":0,"tokens_count":0,"progress":{{{progress}}}},
        "base_resp":{"status_code":0,"status_msg":"success"}}
        """.ReplaceLineEndings("");

    private static string Event(string status, string model = "") => $$"""
        {\"job_id\":\"{{JobId}}\",\"status\":\"{{status}}\",\"last_work_time\":1702558487512,\"model_id\":\"{{model}}\"}
        """;

    private static string Events(params string[] messages)
    {
        IEnumerable<string> events = messages.Select(message => $$"""
            {"id":"{{JobId}}","created_at":1702558487522,"level":"info","message":"{{message}}","object":"finetune.event"}
            """);
        return $$$"""
            {"event_list":[{{{string.Join(',', events)}}}],"has_more":false,"base_resp":{"status_code":0,"status_msg":"success"}}
            """;
    }
}
