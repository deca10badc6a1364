using System.Data.Common;
using Cremona.Server.Jobs;
using Cremona.Server.Storage;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Cremona.Server.Tests.Storage;

/// <summary>A migrated store of its own: a SQLite file in a temporary folder, or a
/// <see cref="PostgresSchema"/>.</summary>
public sealed class TestStore : IAsyncDisposable
{
    private readonly PostgresSchema? _schema;
    private int _jobCount;

    private TestStore(Database database, DataFolder folder, PostgresSchema? schema, JobsOptions jobs)
    {
        Database = database;
        Folder = folder;
        _schema = schema;
        Blobs = new FolderBlobStore(folder);
        Files = new FileStore(database, Blobs);
        States = new JobStateWriter(Clock, Files);
        Jobs = new JobStore(database, States, Files);
        Options = jobs;
        Queue = new JobQueue(database, States, Microsoft.Extensions.Options.Options.Create(jobs));
    }

    public FakeTimeProvider Clock { get; } = new(DateTimeOffset.FromUnixTimeMilliseconds(1_702_558_479_753));

    public Database Database { get; }

    public DataFolder Folder { get; }

    public IBlobStore Blobs { get; }

    public IFileStore Files { get; }

    public JobStateWriter States { get; }

    public IJobStore Jobs { get; }

    public IJobQueue Queue { get; }

    public JobsOptions Options { get; }

    public static async Task<TestStore> CreateAsync(
        StoreKind kind, Action<JobsOptions>? configure = null, bool isMigrated = true)
    {
        JobsOptions jobs = new();
        configure?.Invoke(jobs);
        string root = Directory.CreateTempSubdirectory("cremona-store-").FullName;
        DataFolder folder = new(Microsoft.Extensions.Options.Options.Create(new StorageOptions { DataFolder = root }));
        folder.Create();
        PostgresSchema? schema = kind == StoreKind.Postgres ? await PostgresSchema.CreateAsync() : null;
        Database database = schema is null
            ? new Database(new SqliteDataSource(folder.DatabasePath, TimeSpan.FromSeconds(30)), new SqliteDialect())
            : new Database(NpgsqlDataSource.Create(schema.ConnectionString), new PostgresDialect());
        TestStore store = new(database, folder, schema, jobs);
        if (isMigrated)
        {
            await store.CreateMigrator().RunAsync(CancellationToken.None);
        }

        return store;
    }

    public Migrator CreateMigrator() => new(Database, Clock, NullLogger<Migrator>.Instance);

    /// <summary>Writes a job in state <c>created</c>.</summary>
    public async Task<string> CreateJobAsync(string group = "1", string? id = null, params long[] heldFiles)
    {
        id ??= $"1702558479{Interlocked.Increment(ref _jobCount):d6}";
        await InTransactionAsync(async transaction =>
            (await Jobs.CreateAsync(new NewJob(id, group, "test", heldFiles), transaction, default)).ShouldBeTrue());
        return id;
    }

    /// <summary>Writes a job and takes it into the queue.</summary>
    public async Task<string> QueueJobAsync(string group = "1", string? id = null, params long[] heldFiles)
    {
        id = await CreateJobAsync(group, id, heldFiles);
        await Queue.AcceptAsync(default);
        return id;
    }

    public async Task<StoredFile> AddFileAsync(string group, long id)
    {
        StoredFile file = new(id, group, 1, 0, "a.jsonl", "fine-tune", "", $"files/{id}");
        await Files.AddAsync(file, null, default);
        return file;
    }

    public async Task InTransactionAsync(Func<DbTransaction, Task> work)
    {
        await using DbConnection connection = await Database.OpenAsync(default);
        await using DbTransaction transaction = await connection.BeginTransactionAsync();
        await work(transaction);
        await transaction.CommitAsync();
    }

    public async Task ExecuteAsync(string sql, object? values = null)
    {
        await using DbConnection connection = await Database.OpenAsync(default);
        await connection.ExecuteAsync(sql, values);
    }

    public async Task<T?> ReadAsync<T>(string sql, object? values = null)
    {
        await using DbConnection connection = await Database.OpenAsync(default);
        return await connection.ExecuteScalarAsync<T>(sql, values);
    }

    /// <summary>The states that the job's events tell, in order.</summary>
    public async Task<JobState[]> ReadEventsAsync(string jobId) =>
        [.. (await Jobs.ListEventsAsync(jobId, 0, 1000, default)).Select(row => row.State)];

    public async ValueTask DisposeAsync()
    {
        await Database.Source.DisposeAsync();
        if (_schema is not null)
        {
            await _schema.DisposeAsync();
        }

        Directory.Delete(Folder.Root, recursive: true);
    }
}
