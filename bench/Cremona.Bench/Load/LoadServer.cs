using System.Diagnostics;
using System.Globalization;
using System.Text;
using Cremona.Cli.Client;
using Cremona.Cli.Demo;

namespace Cremona.Bench.Load;

/// <summary>A real <c>cremona serve</c> in its own process, with two tuned models beside the embedded one.</summary>
internal sealed class LoadServer : IAsyncDisposable
{
    private const int TunedModels = 2;
    private const int RowCount = 12;

    private readonly Process _process;
    private readonly string _folder;

    private LoadServer(Process process, string folder, Uri address) =>
        (_process, _folder, Address) = (process, folder, address);

    public Uri Address { get; }

    public static async Task<LoadServer> StartAsync()
    {
        string folder = Directory.CreateTempSubdirectory("cremona-load-").FullName;
        Process process = Process.Start(new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "cremona"),
            [
                "serve", "--urls", "http://127.0.0.1:0", "--data", folder, "--exit-with-parent",
                "--set", "Logging:LogLevel:Default=Warning", "--set", "CallLimits:RequestsPerMinute=1000000000",
                "--set", "CallLimits:TokensPerMinute=1000000000",
            ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith(ServerProcess.ReadyPrefix, StringComparison.Ordinal)) continue;
            _ = process.StandardOutput.ReadToEndAsync(); // So that the pipe never fills.
            return new LoadServer(process, folder, new Uri(line[ServerProcess.ReadyPrefix.Length..]));
        }

        throw new InvalidOperationException("The server did not start.");
    }

    /// <summary>Trains the tuned models.</summary>
    /// <returns>Names of all models.</returns>
    public async Task<IReadOnlyList<string>> TrainAsync()
    {
        using var client = new CremonaClient(Address, "load");
        List<string> models = ["nano"];
        for (int i = 0; i < TunedModels; i++)
        {
            using var rows = new MemoryStream(Encoding.UTF8.GetBytes(Rows(i)));
            long file = (await client.UploadFileAsync(rows, "rows.jsonl", "fine-tune", default)).Value.File.FileId;
            CreateJobRequest request = new("nano", file, null, new Hyperparameters(null, null, 1), null);
            string job = (await client.CreateJobAsync(request, default)).Value.Job.Id;
            await foreach (JobUpdate update in JobFollower.StreamUpdatesAsync(client, job, TimeProvider.System, default))
                if (update.Transition?.Status == JobStatus.Succeeded) models.Add(update.Transition.ModelId);
        }

        return models.Count == 1 + TunedModels ? models : throw new InvalidOperationException("A job failed.");
    }

    /// <summary>Memory of the process that is in use now, in MB.</summary>
    public double ReadMemory()
    {
        string line = File.ReadLines($"/proc/{_process.Id}/status").First(l => l.StartsWith("VmRSS", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Rows(int model) => string.Concat(Enumerable.Range(0, RowCount).Select(i =>
        $$"""
        {"messages":[{"sender_type":"USER","sender_name":"U","text":"Where is box {{i}}?"},{"sender_type":"BOT","sender_name":"B","text":"Box {{i}} is in hall {{model + i}}."}],"bot_setting":[{"bot_name":"B","content":"B knows the boxes."}]}

        """));
}
