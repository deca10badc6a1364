using System.Collections.Concurrent;
using Cremona.Server.Models;
using Cremona.Server.Tests.Jobs;
using Cremona.Server.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Cremona.Server.Tests.FineTuning;

/// <summary>A server and two workers, each with services of its own, on one store.</summary>
public class TwoProcessesTests
{
    private const int JobCount = 24;

    [Theory]
    [MemberData(nameof(JobQueueTests.Stores), MemberType = typeof(JobQueueTests))]
    public async Task EachJob_RunsOnce_WhenSeveralHostsShareAStore(StoreKind kind)
    {
        string folder = Directory.CreateTempSubdirectory("cremona-hosts-").FullName;
        await using PostgresSchema? schema = kind == StoreKind.Postgres ? await PostgresSchema.CreateAsync() : null;
        string[] settings =
        [
            "--FineTuning:ModelsPerGroupMax=100", "--Jobs:WorkerCount=2", "--Models:Preloaded=",
            "--Jobs:PollInterval=00:00:00.020", "--Logging:LogLevel:Default=Warning", "--data", folder,
            .. schema is null ? (string[])[] : [$"--Storage:ConnectionString={schema.ConnectionString}"],
        ];
        ConcurrentBag<string> runs = [];
        FakeTrainer trainer = new()
        {
            Work = (request, onStep, cancellationToken) =>
            {
                runs.Add(Path.GetFileName(Path.GetDirectoryName(request.WorkFolder))!);
                return FakeTrainer.Finish(request, onStep, cancellationToken);
            },
        };
        using IHost first = StartWorker(settings, trainer);
        using IHost second = StartWorker(settings, trainer);
        List<string> ids = [];
        await using (ServerFixture server = await FineTuningServer.StartOnAsync(folder, trainer, settings))
        {
            await Task.WhenAll(first.StartAsync(), second.StartAsync());
            for (int i = 0; i < JobCount; i++)
            {
                ids.Add((await server.Client.CreateJobAsync()).Id());
            }

            foreach (string id in ids)
            {
                await server.Client.WaitForStateAsync(id, "succeeded");
                (await server.Client.ReadStatesAsync(id)).ShouldBe(["created", "pending", "running", "succeeded"]);
            }

            await Task.WhenAll(first.StopAsync(), second.StopAsync());
        }

        runs.Order().ShouldBe(ids.Order());
        Directory.Delete(folder, recursive: true);
    }

    private static IHost StartWorker(string[] settings, FakeTrainer trainer) => WorkerProgram.Build(
        settings,
        services =>
        {
            services.AddSingleton<Server.FineTuning.ITrainer>(trainer);
            services.AddSingleton<IModelHost, TinyModelHost>();
        });
}
