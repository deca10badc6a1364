using System.Text.Json;
using Cremona.Server.FineTuning;
using Cremona.Server.Models;
using Cremona.Server.Tests.Files;
using Microsoft.Extensions.DependencyInjection;

namespace Cremona.Server.Tests.FineTuning;

/// <summary>The real server with the tiny model and a trainer that the test controls.</summary>
public static class FineTuningServer
{
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(20);

    public static Task<ServerFixture> StartAsync(ITrainer trainer, params string[] settings) =>
        StartOnAsync(null, trainer, settings);

    /// <summary>On a data folder that outlives the server; null makes one that does not.</summary>
    public static Task<ServerFixture> StartOnAsync(
        string? dataFolder, ITrainer trainer, params string[] settings) => ServerFixture.StartAsync(
        dataFolder,
        services =>
        {
            services.AddSingleton(trainer);
            services.AddSingleton<IModelHost, TinyModelHost>();
        },
        ["--Models:Preloaded=", "--Jobs:PollInterval=00:00:00.050", "--Jobs:HeartbeatInterval=00:00:00.050", .. settings]);

    /// <summary>Creates a job on ten good rows and returns it.</summary>
    public static async Task<JsonElement> CreateJobAsync(this HttpClient client, string suffix = "")
    {
        long file = await client.UploadAsync(FineTuningRows.Pro(10));
        JsonElement answer = await client.PostJsonAsync(
            "/v1/create_finetune_job",
            $$"""{"model":"abab5.5s-chat-240123","training_file":{{file}},"suffix":"{{suffix}}"}""");
        answer.StatusMessage().ShouldBe("success");
        return answer.GetProperty("finetune_job");
    }

    public static string Id(this JsonElement job) => job.GetProperty("id").GetString()!;

    public static Task<JsonElement> AskAsync(this HttpClient client, string operation, string jobId, string more = "") =>
        client.PostJsonAsync($"/v1/{operation}", $$"""{"fine_tuning_job_id":"{{jobId}}"{{more}}}""");

    /// <summary>The states that the job's events tell.</summary>
    public static async Task<string[]> ReadStatesAsync(this HttpClient client, string jobId)
    {
        JsonElement list = await client.AskAsync("list_finetune_event", jobId, ",\"limit\":100");
        return [.. list.GetProperty("event_list").EnumerateArray().Select(row =>
            JsonDocument.Parse(row.GetProperty("message").GetString()!).RootElement.GetProperty("status").GetString()!)];
    }

    /// <summary>Asks until the events tell this state.</summary>
    public static async Task WaitForStateAsync(this HttpClient client, string jobId, string state)
    {
        using CancellationTokenSource limit = new(WaitMax);
        while (!(await client.ReadStatesAsync(jobId)).Contains(state))
        {
            await Task.Delay(AskEvery, limit.Token);
        }
    }
}
