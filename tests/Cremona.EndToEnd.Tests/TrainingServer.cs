using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cremona.Server.Tests.FineTuning;

namespace Cremona.EndToEnd.Tests;

/// <summary>The real server with the tiny model of random weights: real training, which takes some seconds. Leases are
/// short, so that a killed server's job is soon taken over.</summary>
internal static class TrainingServer
{
    /// <summary>Rows of the training file; with a batch size of 1 the steps of an epoch.</summary>
    public const int RowCount = 60;

    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(50);

    /// <param name="folder">Holds the model and the data folder.</param>
    /// <param name="data">Name of the data folder.</param>
    /// <param name="settings">Further settings.</param>
    public static Task<RealServer> StartAsync(TempFolder folder, string data, params string[] settings) =>
        RealServer.StartAsync(Path.Combine(folder.Path, data), [.. Settings(folder), .. settings]);

    /// <summary><c>cremona worker</c> with the settings of the server.</summary>
    public static CremonaProcess StartWorker(TempFolder folder, string data, params string[] settings) =>
        CremonaProcess.Start(
            ["worker", "--data", Path.Combine(folder.Path, data), "--exit-with-parent",
            .. Settings(folder).Concat(settings).SelectMany(setting => new[] { "--set", setting })]);

    /// <summary>Uploads the training file and gives its id.</summary>
    public static async Task<long> UploadAsync(RealServer server)
    {
        using MultipartFormDataContent form = new();
        form.Add(new StringContent("fine-tune"), "purpose");
        form.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(FineTuningRows.Pro(RowCount))), "file", "rows.jsonl");
        using HttpResponseMessage answer = await server.Http.PostAsync(new Uri("/v1/files/upload", UriKind.Relative), form);
        return (await ReadAsync(answer)).GetProperty("file").GetProperty("file_id").GetInt64();
    }

    /// <summary>Creates a job and gives its id.</summary>
    public static async Task<string> CreateJobAsync(RealServer server, long file, int epochs)
    {
        JsonElement answer = await PostAsync(server, "create_finetune_job", string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"model":"nano","training_file":{{{file}}},"hyperparameters":{"n_epochs":{{{epochs}}},"batch_size":1}}"""));
        return answer.GetProperty("finetune_job").GetProperty("id").GetString()!;
    }

    /// <summary>The states that the events tell, in order.</summary>
    public static async Task<string[]> ReadStatesAsync(RealServer server, string job)
    {
        JsonElement answer = await PostAsync(
            server, "list_finetune_event", $$"""{"fine_tuning_job_id":"{{job}}","limit":100}""");
        return [.. answer.GetProperty("event_list").EnumerateArray().Select(row =>
            JsonDocument.Parse(row.GetProperty("message").GetString()!).RootElement.GetProperty("status").GetString()!)];
    }

    /// <summary>The steps that the job's row shows.</summary>
    public static async Task<long> ReadStepAsync(RealServer server, string job)
    {
        JsonElement answer = await PostAsync(server, "retrieve_finetune_job", $$"""{"fine_tuning_job_id":"{{job}}"}""");
        return answer.GetProperty("finetune_job").TryGetProperty("progress", out JsonElement progress)
            ? progress.GetProperty("step").GetInt64()
            : 0;
    }

    /// <summary>Asks until the condition holds or the time is up.</summary>
    public static async Task<bool> HoldsWithinAsync(TimeSpan limit, Func<Task<bool>> condition)
    {
        using CancellationTokenSource timer = new(limit);
        while (!await condition())
        {
            try
            {
                await Task.Delay(AskEvery, timer.Token);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }

        return true;
    }

    public static Task<bool> SucceedsWithinAsync(RealServer server, string job, TimeSpan limit) =>
        HoldsWithinAsync(limit, async () => (await ReadStatesAsync(server, job))[^1] == "succeeded");

    /// <summary>One digest over names and bytes of the published adapter.</summary>
    public static string HashAdapter(RealServer server, string job)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string adapter = Path.Combine(server.DataFolder, "blobs", "adapters", job);
        IEnumerable<string> files = Directory.EnumerateFiles(adapter, "*", SearchOption.AllDirectories);
        foreach (string file in files.Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(adapter, file)));
            hash.AppendData(File.ReadAllBytes(file));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static async Task<JsonElement> PostAsync(RealServer server, string operation, string body)
    {
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await server.Http.PostAsync(
            new Uri($"/v1/{operation}", UriKind.Relative), content);
        return await ReadAsync(answer);
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
    {
        string text = await answer.Content.ReadAsStringAsync();
        JsonElement body = JsonDocument.Parse(text).RootElement.Clone();
        body.GetProperty("base_resp").GetProperty("status_code").GetInt32().ShouldBe(0, text);
        return body;
    }

    private static string[] Settings(TempFolder folder)
    {
        string model = Path.Combine(folder.Path, "model");
        if (!Directory.Exists(model))
        {
            TinyModel.Save(model);
        }

        return
        [
            $"Models:Entries:nano:Folder={model}", "Jobs:LeaseDuration=00:00:01", "Jobs:HeartbeatInterval=00:00:00.1",
            "Jobs:PollInterval=00:00:00.1", "Jobs:AttemptsMax=1000", "FineTuning:ModelsPerGroupMax=100",
            "FineTuning:CheckpointInterval=00:00:00.05",
        ];
    }
}
