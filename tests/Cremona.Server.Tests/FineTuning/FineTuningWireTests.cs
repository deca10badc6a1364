using System.Diagnostics;
using System.Text.Json;
using Cremona.Server.Tests.Files;

namespace Cremona.Server.Tests.FineTuning;

/// <summary>What requests may look like and what is answered to bad ones.</summary>
public class FineTuningWireTests
{
    [Theory]
    [InlineData("""{"training_file":FILE}""", "invalid params, binding: expr_path=model, cause=missing required parameter")]
    [InlineData("""{"model":"nano"}""", "invalid params, binding: expr_path=training_file, cause=missing required parameter")]
    [InlineData("""{"model":"gpt-4","training_file":FILE}""", "invalid params, unsupported model: gpt-4")]
    [InlineData("""{"model":"nano","training_file":88731293343809}""", "invalid params, file not found: 88731293343809")]
    [InlineData("""{"model":"nano","training_file":true}""", "invalid params, binding: expr_path=training_file, cause=parameter type does not match binding data")]
    [InlineData("""{"model":"nano","training_file":FILE,"validation_file":1}""", "invalid params, file not found: 1")]
    [InlineData("""{"model":"nano","training_file":OTHER}""", "invalid params, file OTHER has purpose retrieval, expected fine-tune")]
    [InlineData("""{"model":"nano","training_file":SHORT}""", "invalid params, training_file has 7 examples, at least 10 are required")]
    [InlineData("""{"model":"nano","training_file":FILE,"hyperparameters":{"batch_size":101}}""", "invalid params, hyperparameters.batch_size must be in [1,100]")]
    [InlineData("""{"model":"nano","training_file":FILE,"hyperparameters":{"n_epochs":-1}}""", "invalid params, hyperparameters.n_epochs must be in [1,100]")]
    [InlineData("""{"model":"nano","training_file":FILE,"hyperparameters":{"learning_rate_multiplier":1.5}}""", "invalid params, hyperparameters.learning_rate_multiplier must be in [0.000001,1]")]
    [InlineData("""{"model":"nano","training_file":FILE,"hyperparameters":{"n_epochs":"auto"}}""", "invalid params, binding: expr_path=hyperparameters.n_epochs, cause=parameter type does not match binding data")]
    [InlineData("""{"model":"nano","training_file":FILE,"hyperparameters":"best"}""", "invalid params, binding: expr_path=hyperparameters, cause=parameter type does not match binding data")]
    public async Task Create_SaysWhatIsWrong(string body, string message)
    {
        await using ServerFixture server = await FineTuningServer.StartAsync(new FakeTrainer());
        string file = $"{await server.Client.UploadAsync(FineTuningRows.Pro(10))}";
        string shortFile = $"{await server.Client.UploadAsync(FineTuningRows.Pro(7))}";
        string other = $"{await server.Client.UploadAsync("text", "a.txt", "retrieval")}";
        string Fill(string text) => text.Replace("FILE", file, StringComparison.Ordinal)
            .Replace("SHORT", shortFile, StringComparison.Ordinal).Replace("OTHER", other, StringComparison.Ordinal);

        JsonElement answer = await server.Client.PostJsonAsync("/v1/create_finetune_job", Fill(body));

        answer.GetRawText().ShouldBe(
            $$$"""{"base_resp":{"status_code":2013,"status_msg":"{{{Fill(message)}}}"}}""");
    }

    [Fact]
    public async Task Create_DoesNotSayBackALongModelName()
    {
        await using ServerFixture server = await FineTuningServer.StartAsync(new FakeTrainer());

        JsonElement answer = await server.Client.PostJsonAsync(
            "/v1/create_finetune_job", $$"""{"model":"{{new string('m', 201)}}","training_file":1}""");

        answer.StatusMessage().ShouldBe(
            "invalid params, model has 201 characters; a model name may have at most 200");
    }

    [Fact]
    public async Task Create_NamesTheFirstRowThatIsTooLong()
    {
        await using ServerFixture server = await FineTuningServer.StartAsync(
            new FakeTrainer(), "--FineTuning:TokensPerExampleMax=300");
        string[] rows = FineTuningRows.Pro(12).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        rows[2] = rows[2].Replace("a3", new string('x', 400), StringComparison.Ordinal);
        long file = await server.Client.UploadAsync(string.Join('\n', rows));

        JsonElement answer = await server.Client.PostJsonAsync(
            "/v1/create_finetune_job", $$"""{"model":"nano","training_file":{{file}}}""");

        answer.StatusMessage().ShouldMatch(@"^invalid params, training_file line 3: \d+ tokens exceed the limit 300$");
    }

    [Fact]
    public async Task Create_EchoesDefaults_AndCutsTheSuffix()
    {
        await using ServerFixture server = await FineTuningServer.StartAsync(new FakeTrainer());

        JsonElement job = await server.Client.CreateJobAsync("小提琴小提琴小提琴");

        job.GetProperty("hyperparameters").GetRawText()
            .ShouldBe("""{"batch_size":1,"learning_rate_multiplier":0.0001,"n_epochs":5}""");
        job.GetProperty("fine_tuned_model").GetString()!
            .ShouldMatch("^ft:abab5.5s-chat-240123_[0-9]{13}:小提琴小提琴小提$");
        job.Id().ShouldMatch("^[0-9]{16}$");
        job.GetProperty("status").GetString().ShouldBe("created");
        job.GetProperty("tokens_count").GetInt64().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Jobs_ArePagedNewestFirst_ByIdAndByOffset()
    {
        using ManualResetEventSlim gate = new();
        await using ServerFixture server = await FineTuningServer.StartAsync(
            new FakeTrainer { Work = FakeTrainer.FinishAfter(gate) });
        HttpClient client = server.Client;
        string[] ids = new string[3];
        for (int i = 2; i >= 0; i--)
        {
            ids[i] = (await client.CreateJobAsync()).Id();
        }

        (await ListAsync("""{"limit":2}""")).ShouldBe($"{ids[0]},{ids[1]} and more");
        (await ListAsync($$"""{"limit":2,"after":"{{ids[1]}}"}""")).ShouldBe(ids[2]);
        (await ListAsync($$"""{"limit":"1","after":{{ids[0]}}}""")).ShouldBe($"{ids[1]} and more");
        (await ListAsync("""{"limit":5000,"after":"2"}""")).ShouldBe(ids[2]);
        (await ListAsync("""{"limit":1,"after":""}""")).ShouldBe($"{ids[0]} and more");
        await ShouldFailAsync("""{"limit":0}""", "invalid params, limit must be greater than 0");
        await ShouldFailAsync("""{"limit":-3}""", "invalid params, limit must be greater than 0");
        await ShouldFailAsync("{}", "invalid params, binding: expr_path=limit, cause=missing required parameter");
        await ShouldFailAsync(
            """{"limit":1,"after":"1702558479753114"}""", "invalid params, after not found: 1702558479753114");

        async Task<string> ListAsync(string body)
        {
            JsonElement list = await client.PostJsonAsync("/v1/list_finetune_job", body);
            string page = string.Join(',', list.GetProperty("job_list").EnumerateArray().Select(job => job.Id()));
            return list.GetProperty("has_more").GetBoolean() ? $"{page} and more" : page;
        }

        async Task ShouldFailAsync(string body, string message) =>
            (await client.PostJsonAsync("/v1/list_finetune_job", body)).StatusMessage().ShouldBe(message);
    }

    [Theory]
    [InlineData("", 2, 2, true)]
    [InlineData("0", 10, 4, false)]
    [InlineData("3", 10, 1, false)]
    [InlineData("4", 10, 0, false)]
    [InlineData("JOB", 3, 3, true)]
    public async Task Events_ArePagedByOffset(string after, int limit, int count, bool hasMore)
    {
        await using ServerFixture server = await FineTuningServer.StartAsync(new FakeTrainer());
        string id = (await server.Client.CreateJobAsync()).Id();
        await server.Client.WaitForStateAsync(id, "succeeded");
        string cursor = after == "JOB" ? id : after;

        JsonElement list = await server.Client.AskAsync("list_finetune_event", id, $",\"after\":\"{cursor}\",\"limit\":{limit}");

        list.GetProperty("event_list").GetArrayLength().ShouldBe(count);
        list.GetProperty("has_more").GetBoolean().ShouldBe(hasMore);
    }

    [Fact]
    public async Task Lists_TakeParametersFromAnywhere_WithAndWithoutVersion()
    {
        await using ServerFixture server = await FineTuningServer.StartAsync(new FakeTrainer());
        string id = (await server.Client.CreateJobAsync()).Id();
        foreach (string path in (string[])["/v1", ""])
        {
            (await server.Client.GetJsonAsync($"{path}/list_finetune_job?limit=3")).StatusCode().ShouldBe(0);
            (await server.Client.GetJsonAsync($"{path}/retrieve_finetune_job?fine_tuning_job_id={id}"))
                .GetProperty("finetune_job").Id().ShouldBe(id);
            (await server.Client.GetJsonAsync($"{path}/list_finetune_model")).StatusCode().ShouldBe(0);
            (await server.Client.GetJsonAsync($"{path}/create_finetune_job")).StatusCode().ShouldBe(2013);
            (await server.Client.PostJsonAsync($"{path}/list_finetune_event?limit=9", $$"""{fine_tuning_job_id: {{id}},}"""))
                .GetProperty("event_list").GetArrayLength().ShouldBeGreaterThan(0);
        }
    }

    [Fact]
    public async Task OtherGroups_SeeNothing_OnAnyEndpoint()
    {
        await using ServerFixture server = await FineTuningServer.StartAsync(new FakeTrainer());
        using HttpClient owner = await server.CreateGroupClientAsync("41");
        using HttpClient stranger = await server.CreateGroupClientAsync("42");
        JsonElement job = await owner.CreateJobAsync();
        await owner.WaitForStateAsync(job.Id(), "succeeded");
        string model = job.GetProperty("fine_tuned_model").GetString()!;
        string file = $"{job.GetProperty("training_file").GetInt64()}";
        const string unknownJob = "1702558479753114";
        const string unknownModel = "ft:nano_1702558479753:x";
        (string Path, string Body, string Own, string Unknown)[] requests =
        [
            ("retrieve_finetune_job", """{"fine_tuning_job_id":"ID"}""", job.Id(), unknownJob),
            ("delete_finetune_job", """{"fine_tuning_job_id":"ID"}""", job.Id(), unknownJob),
            ("list_finetune_event", """{"fine_tuning_job_id":"ID","limit":9}""", job.Id(), unknownJob),
            ("list_finetune_job", """{"limit":9,"after":"ID"}""", job.Id(), unknownJob),
            ("retrieve_finetune_model", """{"model_id":"ID"}""", model, unknownModel),
            ("delete_finetune_model", """{"model_id":"ID"}""", model, unknownModel),
            ("create_finetune_job", """{"model":"nano","training_file":ID}""", file, "88731293343809"),
        ];

        foreach ((string path, string body, string own, string unknown) in requests)
        {
            string foreign = (await AskAsync(path, body, own)).Replace(own, "ID", StringComparison.Ordinal);
            foreign.ShouldBe((await AskAsync(path, body, unknown)).Replace(unknown, "ID", StringComparison.Ordinal));
            foreign.ShouldContain("2013");
        }

        (await stranger.PostJsonAsync("/v1/list_finetune_job", """{"limit":9}"""))
            .GetProperty("job_list").GetArrayLength().ShouldBe(0);
        (await stranger.PostJsonAsync("/v1/list_finetune_model", "")).GetProperty("model_list").GetArrayLength().ShouldBe(0);
        (await owner.ReadStatesAsync(job.Id()))[^1].ShouldBe("succeeded");
        (await owner.PostJsonAsync("/v1/list_finetune_model", "")).GetProperty("model_list").GetArrayLength().ShouldBe(1);

        async Task<string> AskAsync(string path, string body, string id) =>
            (await stranger.PostJsonAsync($"/v1/{path}", body.Replace("ID", id, StringComparison.Ordinal))).GetRawText();
    }

    /// <summary>The documentation's own example, pasted into a shell: only the host is filled in, then the job id
    /// too.</summary>
    [Theory]
    [InlineData("/list_finetune_event?$GroupId")]
    [InlineData("/v1/list_finetune_event?$GroupId")]
    [InlineData("/list_finetune_event?1000000000")]
    public async Task DocumentedExample_Works_WhenPasted(string operation)
    {
        await using ServerFixture server = await FineTuningServer.StartAsync(new FakeTrainer());
        string id = (await server.Client.CreateJobAsync()).Id();
        await server.Client.WaitForStateAsync(id, "succeeded");
        string address = server.Url.ToString().TrimEnd('/') + operation;

        JsonElement unknown = await CurlAsync(address, "2378728343");
        JsonElement known = await CurlAsync(address, id);

        unknown.GetRawText().ShouldBe(
            """{"base_resp":{"status_code":2013,"status_msg":"invalid params, finetune job not found: 2378728343"}}""");
        known.GetProperty("event_list").GetArrayLength().ShouldBe(4);
        known.GetProperty("has_more").GetBoolean().ShouldBeFalse();
    }

    private static async Task<JsonElement> CurlAsync(string address, string jobId)
    {
        if (!File.Exists("/usr/bin/curl"))
        {
            Assert.Skip("curl is not installed.");
        }

        string line = $$"""
            curl --silent --location --request POST '{{address}}' \
            --header 'authorization: Bearer $API_KEY' \
            --header 'content-type: application/json' \
            --data-raw '{"fine_tuning_job_id": "{{jobId}}", "after":"0", limit: 10}'
            """;
        using Process shell = Process.Start(new ProcessStartInfo("bash", ["-c", line]) { RedirectStandardOutput = true })!;
        string answer = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        return JsonDocument.Parse(answer).RootElement.Clone();
    }
}
