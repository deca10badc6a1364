using System.Data.Common;
using Cremona.Server.Edge;
using Cremona.Server.Jobs;
using Cremona.Server.Storage;
using Dapper;
using Microsoft.Extensions.Options;

namespace Cremona.Server.FineTuning;

/// <inheritdoc cref="IFineTuneJobStore"/>
public sealed class FineTuneJobStore(
    Database database, IJobStore jobs, IOptions<FineTuningOptions> options, TimeProvider clock) : IFineTuneJobStore
{
    private const int IdTriesMax = 100;

    private const string TaskColumns = """
        t.job_id AS JobId, t.group_id AS GroupId, t.base_model_name AS BaseModelName, t.base_model_id AS BaseModelId,
        t.training_file AS TrainingFile, t.validation_file AS ValidationFile, t.batch_size AS BatchSize,
        t.learning_rate_multiplier AS LearningRateMultiplier, t.epoch_count AS EpochCount, t.model_name AS ModelName,
        t.token_count AS TokenCount, t.result_file AS ResultFile
        """;

    private const string SelectWhole =
        $"SELECT {Job.Columns}, {TaskColumns} FROM jobs j JOIN finetune_jobs t ON t.job_id = j.id";

    private static readonly string CountSql = $"""
        SELECT (SELECT COUNT(*) FROM tuned_models m WHERE m.group_id = @GroupId AND m.deleted_at = 0)
             + (SELECT COUNT(*) FROM jobs j JOIN finetune_jobs t ON t.job_id = j.id
                WHERE j.group_id = @GroupId AND j.state IN ({JobTransitions.UnfinishedSql}))
        """;

    public async Task<FineTuneJob?> CreateAsync(
        FineTuneOrder order, string baseModelId, string groupId, long tokenCount, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        await using DbTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LockGroupAsync(groupId, transaction, cancellationToken);
        long count = await connection.ExecuteScalarAsync<long>(
            Command(CountSql, new { GroupId = groupId }, transaction, cancellationToken));
        if (count >= options.Value.ModelsPerGroupMax)
        {
            return null;
        }

        string jobId = await CreateJobAsync(order, groupId, transaction, cancellationToken);
        await AddTaskAsync(jobId, order, baseModelId, groupId, tokenCount, transaction, cancellationToken);
        FineTuneJob created = await FindAsync(groupId, jobId, transaction, cancellationToken)
            ?? throw new InvalidOperationException("A job that was just written cannot be read.");
        await transaction.CommitAsync(cancellationToken);
        return created;
    }

    public async Task<FineTuneJob?> FindAsync(string groupId, string jobId, CancellationToken cancellationToken)
    {
        if (jobId.Contains('\0', StringComparison.Ordinal))
        {
            return null; // PostgreSQL takes no such text.
        }

        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        return await QueryWholeAsync(
            connection, "j.id = @JobId", new { GroupId = groupId, JobId = jobId }, null, cancellationToken)
            is [var job] ? job : null;
    }

    public async Task<IReadOnlyList<FineTuneJob>> ListAsync(
        string groupId, FineTuneJob? after, long offset, long limit, CancellationToken cancellationToken)
    {
        const string isBehind =
            "(j.created_at < @CreatedAt OR (j.created_at = @CreatedAt AND j.id < @AfterId))";
        string condition =
            $"{(after is null ? "1 = 1" : isBehind)} ORDER BY j.created_at DESC, j.id DESC LIMIT @Limit OFFSET @Offset";
        object values = new
        {
            GroupId = groupId,
            CreatedAt = after?.Job.CreatedAt ?? 0,
            AfterId = after?.Job.Id ?? "",
            Limit = limit,
            Offset = offset,
        };
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        return await QueryWholeAsync(connection, condition, values, null, cancellationToken);
    }

    public async Task<long> CountAsync(string groupId, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(
            Command(CountSql, new { GroupId = groupId }, null, cancellationToken));
    }

    public async Task<FineTuneTask?> FindTaskAsync(string jobId, CancellationToken cancellationToken)
    {
        const string sql = $"SELECT {TaskColumns} FROM finetune_jobs t WHERE t.job_id = @JobId";
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<FineTuneTask>(
            Command(sql, new { JobId = jobId }, null, cancellationToken));
    }

    public Task SetResultFileAsync(
        string jobId, long fileId, DbTransaction transaction, CancellationToken cancellationToken)
    {
        const string sql = "UPDATE finetune_jobs SET result_file = @FileId WHERE job_id = @JobId";
        return transaction.Connection!.ExecuteAsync(
            Command(sql, new { JobId = jobId, FileId = fileId }, transaction, cancellationToken));
    }

    public async Task DeleteTaskAsync(string jobId, CancellationToken cancellationToken)
    {
        const string sql = "DELETE FROM finetune_jobs WHERE job_id = @JobId";
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(Command(sql, new { JobId = jobId }, null, cancellationToken));
    }

    private static CommandDefinition Command(
        string sql, object values, DbTransaction? transaction, CancellationToken cancellationToken) =>
        new(sql, values, transaction, cancellationToken: cancellationToken);

    private static async Task<IReadOnlyList<FineTuneJob>> QueryWholeAsync(
        DbConnection connection,
        string condition,
        object values,
        DbTransaction? transaction,
        CancellationToken cancellationToken) =>
        (await connection.QueryAsync<Job, FineTuneTask, FineTuneJob>(
            Command(
                $"{SelectWhole} WHERE j.group_id = @GroupId AND j.removed_at = 0 AND {condition}",
                values,
                transaction,
                cancellationToken),
            (job, task) => new FineTuneJob(job, task),
            splitOn: nameof(FineTuneTask.JobId))).AsList();

    /// <summary>Takes the group's row lock until the transaction ends, so that concurrent creates count one after
    /// another.</summary>
    private async Task LockGroupAsync(string groupId, DbTransaction transaction, CancellationToken cancellationToken)
    {
        const string sql = """
            INSERT INTO finetune_groups (group_id, last_created_at) VALUES (@GroupId, @Now)
            ON CONFLICT (group_id) DO UPDATE SET last_created_at = excluded.last_created_at
            """;
        await transaction.Connection!.ExecuteAsync(
            Command(sql, new { GroupId = groupId, Now = NowMs }, transaction, cancellationToken));
    }

    private async Task<string> CreateJobAsync(
        FineTuneOrder order, string groupId, DbTransaction transaction, CancellationToken cancellationToken)
    {
        long[] files = order.ValidationFile == 0 ? [order.TrainingFile] : [order.TrainingFile, order.ValidationFile];
        for (int i = 0; i < IdTriesMax; i++)
        {
            NewJob job = new(Ids.NewJobId(clock), groupId, FineTuningJobHandler.JobKind, files);
            if (await jobs.CreateAsync(job, transaction, cancellationToken))
            {
                return job.Id;
            }
        }

        throw new InvalidOperationException($"No free job id in {IdTriesMax} tries.");
    }

    /// <summary>Writes the task; the milliseconds of the model's name count up until the name is free.</summary>
    private async Task AddTaskAsync(
        string jobId,
        FineTuneOrder order,
        string baseModelId,
        string groupId,
        long tokenCount,
        DbTransaction transaction,
        CancellationToken cancellationToken)
    {
        const string sql = """
            INSERT INTO finetune_jobs (job_id, group_id, base_model_name, base_model_id, training_file, validation_file,
                batch_size, learning_rate_multiplier, epoch_count, model_ms, model_name, token_count, result_file)
            SELECT @JobId, @GroupId, @BaseModelName, @BaseModelId, @TrainingFile, @ValidationFile,
                @BatchSize, @LearningRateMultiplier, @EpochCount, @ModelMs, @ModelName, @TokenCount, 0
            WHERE NOT EXISTS (SELECT 1 FROM tuned_models WHERE id = @ModelName)
            ON CONFLICT DO NOTHING
            """;
        for (long milliseconds = NowMs; ; milliseconds++)
        {
            object values = new
            {
                JobId = jobId,
                GroupId = groupId,
                BaseModelName = order.ModelName,
                BaseModelId = baseModelId,
                order.TrainingFile,
                order.ValidationFile,
                BatchSize = (long)order.Hyperparameters.BatchSize,
                order.Hyperparameters.LearningRateMultiplier,
                EpochCount = (long)order.Hyperparameters.EpochCount,
                ModelMs = milliseconds,
                ModelName = FineTuningWire.NameModel(order.ModelName, milliseconds, order.Suffix),
                TokenCount = tokenCount,
            };
            if (await transaction.Connection!.ExecuteAsync(Command(sql, values, transaction, cancellationToken)) == 1)
            {
                return;
            }
        }
    }

    private static async Task<FineTuneJob?> FindAsync(
        string groupId, string jobId, DbTransaction transaction, CancellationToken cancellationToken) =>
        await QueryWholeAsync(
            transaction.Connection!,
            "j.id = @JobId",
            new { GroupId = groupId, JobId = jobId },
            transaction,
            cancellationToken)
            is [var job] ? job : null;

    private long NowMs => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
