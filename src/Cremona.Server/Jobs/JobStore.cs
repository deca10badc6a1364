using System.Data.Common;
using Cremona.Server.Storage;
using Dapper;

namespace Cremona.Server.Jobs;

/// <inheritdoc cref="IJobStore"/>
public sealed class JobStore(Database database, JobStateWriter states, IFileStore files) : IJobStore
{
    public async Task<bool> CreateAsync(NewJob job, DbTransaction transaction, CancellationToken cancellationToken)
    {
        const string sql = """
            INSERT INTO jobs (id, group_id, kind, state, created_at)
            VALUES (@Id, @GroupId, @Kind, 'created', @Now)
            ON CONFLICT (id) DO NOTHING
            """;
        long now = states.NowMs;
        int added = await transaction.Connection!.ExecuteAsync(new CommandDefinition(
            sql,
            new { job.Id, job.GroupId, job.Kind, Now = now },
            transaction,
            cancellationToken: cancellationToken));
        if (added == 0)
        {
            return false;
        }

        foreach (long file in job.HeldFiles.Distinct())
        {
            await files.HoldAsync(file, job.Id, transaction, cancellationToken);
        }

        await states.AppendEventAsync(job.Id, JobChange.Created, now, transaction, cancellationToken);
        return true;
    }

    public async Task<Job?> FindAsync(string groupId, string id, CancellationToken cancellationToken)
    {
        if (id.Contains('\0', StringComparison.Ordinal))
        {
            return null; // PostgreSQL takes no such text.
        }

        const string sql =
            $"SELECT {Job.Columns} FROM jobs j WHERE j.id = @Id AND j.group_id = @GroupId AND j.removed_at = 0";
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Job>(
            new CommandDefinition(sql, new { Id = id, GroupId = groupId }, cancellationToken: cancellationToken));
    }

    public async Task<IReadOnlyList<JobEvent>> ListEventsAsync(
        string id, long offset, long limit, CancellationToken cancellationToken)
    {
        const string sql = """
            SELECT job_id AS JobId, ordinal AS Ordinal, state AS State, created_at AS CreatedAt, worked_at AS WorkedAt,
                   result AS Result, error_code AS ErrorCode, error_text AS ErrorText
            FROM job_events
            WHERE job_id = @Id AND ordinal > @Offset
            ORDER BY ordinal
            LIMIT @Limit
            """;
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<JobEvent>(new CommandDefinition(
            sql, new { Id = id, Offset = offset, Limit = limit }, cancellationToken: cancellationToken))).AsList();
    }

    public async Task<bool> CancelAsync(string groupId, string id, CancellationToken cancellationToken)
    {
        if (await FindAsync(groupId, id, cancellationToken) is null)
        {
            return false;
        }

        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        await using DbTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        bool cancelled = await states.ApplyAsync(id, JobChange.Cancelled, null, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return cancelled;
    }

    public async Task<bool> RemoveAsync(string groupId, string id, CancellationToken cancellationToken)
    {
        if (id.Contains('\0', StringComparison.Ordinal))
        {
            return false; // As in FindAsync.
        }

        string sql = $"""
            UPDATE jobs
            SET removed_at = @Now, cleanup_due = 1
            WHERE id = @Id AND group_id = @GroupId AND removed_at = 0 AND state NOT IN ({JobTransitions.UnfinishedSql})
            """;
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(
            sql,
            new { Id = id, GroupId = groupId, Now = states.NowMs },
            cancellationToken: cancellationToken)) > 0;
    }
}
