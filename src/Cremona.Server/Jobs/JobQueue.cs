using System.Data.Common;
using Cremona.Protocol.Errors;
using Cremona.Server.Storage;
using Dapper;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Jobs;

/// <inheritdoc cref="IJobQueue"/>
public sealed class JobQueue(Database database, JobStateWriter states, IOptions<JobsOptions> options) : IJobQueue
{
    /// <summary>Counts a failed attempt; one that got further than all failed ones before it begins the count
    /// anew.</summary>
    private const string CountFailureSql = """
        failed_attempts = CASE WHEN step > failed_step THEN 1 ELSE failed_attempts + 1 END,
        failed_step = CASE WHEN step > failed_step THEN step ELSE failed_step END
        """;

    private readonly JobsOptions _options = options.Value;

    public async Task<int> AcceptAsync(CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        long created = await CountAsync(connection, "state = 'created'", cancellationToken);
        long room = _options.QueueLengthMax - await CountAsync(connection, "state = 'pending'", cancellationToken);
        if (created == 0 || room <= 0)
        {
            return 0;
        }

        await using DbTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        string sql = $"""
            SELECT id FROM jobs WHERE state = 'created'
            ORDER BY created_at, id LIMIT @Room {database.Dialect.SkipLocked}
            """;
        int accepted = 0;
        IEnumerable<string> ids = await connection.QueryAsync<string>(
            Command(sql, new { Room = room }, transaction, cancellationToken));
        foreach (string id in ids)
        {
            bool moved = await states.ApplyAsync(id, JobChange.Accepted, null, transaction, cancellationToken);
            accepted += moved ? 1 : 0;
        }

        await transaction.CommitAsync(cancellationToken);
        return accepted;
    }

    public async Task<int> ExpireLeasesAsync(CancellationToken cancellationToken)
    {
        const string lapsed = "state = 'running' AND lease_holder IS NOT NULL AND lease_until <= @Now";
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        if (await CountAsync(connection, lapsed, cancellationToken) == 0)
        {
            return 0;
        }

        await using DbTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        const string sql = $"""
            UPDATE jobs
            SET lease_holder = NULL, lease_until = 0, {CountFailureSql}
            WHERE {lapsed}
            RETURNING id AS Id, failed_attempts AS FailedAttempts
            """;
        List<LapsedJob> freed = (await connection.QueryAsync<LapsedJob>(
            Command(sql, new { Now = states.NowMs }, transaction, cancellationToken))).AsList();
        foreach (LapsedJob job in freed.Where(job => job.FailedAttempts >= _options.AttemptsMax))
        {
            JobChange failed = FailedFor("the worker was lost", job.FailedAttempts);
            await states.ApplyAsync(job.Id, failed, null, transaction, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return freed.Count;
    }

    public async Task<JobLease?> ClaimNextAsync(string worker, CancellationToken cancellationToken)
    {
        const string claimable =
            "(j.state = 'pending' OR (j.state = 'running' AND j.lease_holder IS NULL AND j.lease_until <= @Now))";
        string select = $"""
            SELECT {Job.Columns}
            FROM jobs j
            WHERE {claimable}
            ORDER BY CASE j.state WHEN 'running' THEN 0 ELSE 1 END,
                     (SELECT COUNT(*) FROM jobs r
                      WHERE r.group_id = j.group_id AND r.state = 'running' AND r.lease_holder IS NOT NULL),
                     (SELECT MAX(s.claimed_at) FROM jobs s WHERE s.group_id = j.group_id),
                     j.created_at, j.id
            LIMIT 1 {database.Dialect.SkipLocked}
            """;
        const string claim = """
            UPDATE jobs
            SET attempt = attempt + 1, lease_holder = @Worker, lease_until = @Until, claimed_at = @Now
            WHERE id = @Id AND attempt = @Attempt
            """;
        long now = states.NowMs;
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        await using DbTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        Job? next = await connection.QuerySingleOrDefaultAsync<Job>(
            Command(select, new { Now = now }, transaction, cancellationToken));
        if (next is null)
        {
            return null;
        }

        // A job that changes hands is already running: its owner was told so once and is not told again.
        if (next.State == JobState.Pending
            && !await states.ApplyAsync(next.Id, JobChange.Started, null, transaction, cancellationToken))
        {
            return null;
        }

        object values = new { next.Id, next.Attempt, Worker = worker, Until = LeaseEnd(now), Now = now };
        int claimed = await connection.ExecuteAsync(Command(claim, values, transaction, cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        Job job = next with { Attempt = next.Attempt + 1, State = JobState.Running };
        return claimed == 1 ? new JobLease(job, worker) : null;
    }

    public async Task<bool> HeartbeatAsync(
        JobLease lease, TimeSpan worked, JobProgress? progress, CancellationToken cancellationToken)
    {
        string progressSql = progress is null
            ? ""
            : ", step = @Step, step_count = @StepCount, train_loss = @TrainLoss, tokens_per_second = @TokensPerSecond";
        string sql = $"""
            UPDATE jobs
            SET lease_until = @Until, worked_ms = worked_ms + @Worked{progressSql}
            WHERE id = @Id AND {JobStateWriter.HeldSql}
            """;
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        await using DbTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);

        // SQLite's write lock is held from here on: a beat that waited for it must not go by the time before.
        long now = states.NowMs;
        object values = new
        {
            Id = lease.JobId,
            lease.Attempt,
            lease.Worker,
            Now = now,
            Until = LeaseEnd(now),
            Worked = (long)worked.TotalMilliseconds,
            Step = progress?.Step ?? 0,
            StepCount = progress?.StepCount ?? 0,
            TrainLoss = progress?.TrainLoss ?? 0,
            TokensPerSecond = progress?.TokensPerSecond ?? 0,
        };
        int changed = await connection.ExecuteAsync(Command(sql, values, transaction, cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return changed > 0;
    }

    public Task<bool> HandBackAsync(JobLease lease, CancellationToken cancellationToken)
    {
        // Also of a job that was ended by somebody else (cancelled): then it frees the leftovers for cleaning, and once
        // more where they were cleaned after the lease had lapsed, while the work still wrote.
        const string sql = """
            UPDATE jobs
            SET lease_holder = NULL, lease_until = 0,
                cleanup_due = CASE WHEN state = 'running' THEN cleanup_due ELSE 1 END
            WHERE id = @Id AND attempt = @Attempt AND lease_holder = @Worker
                AND (state <> 'running' OR lease_until > @Now)
            """;
        return ChangeAsync(
            sql, new { Id = lease.JobId, lease.Attempt, lease.Worker, Now = states.NowMs }, cancellationToken);
    }

    public async Task<bool> GiveUpAsync(JobLease lease, string reason, CancellationToken cancellationToken)
    {
        const string count = $"""
            UPDATE jobs
            SET {CountFailureSql}
            WHERE id = @Id AND {JobStateWriter.HeldSql}
            RETURNING failed_attempts
            """;
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        await using DbTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        long now = states.NowMs;
        object holder = new { Id = lease.JobId, lease.Attempt, lease.Worker, Now = now };
        long failedAttempts = await connection.ExecuteScalarAsync<long>(
            Command(count, holder, transaction, cancellationToken));
        if (failedAttempts == 0)
        {
            return false;
        }

        long until = now + (long)_options.RetryPause.TotalMilliseconds;
        if (failedAttempts >= _options.AttemptsMax)
        {
            JobChange failed = FailedFor(reason, failedAttempts);
            await states.ApplyAsync(lease.JobId, failed, null, transaction, cancellationToken);
            until = 0;
        }

        const string free = "UPDATE jobs SET lease_holder = NULL, lease_until = @Until WHERE id = @Id";
        object values = new { Id = lease.JobId, Until = until };
        await connection.ExecuteAsync(Command(free, values, transaction, cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    public async Task<bool> EndAsync(
        JobLease lease,
        JobChange ending,
        Func<DbTransaction, CancellationToken, Task>? publish,
        CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        await using DbTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await states.ApplyAsync(lease.JobId, ending, lease, transaction, cancellationToken))
        {
            return false;
        }

        if (publish is not null)
        {
            await publish(transaction, cancellationToken);
        }

        const string sql = "UPDATE jobs SET lease_holder = NULL, lease_until = 0 WHERE id = @Id";
        await connection.ExecuteAsync(Command(sql, new { Id = lease.JobId }, transaction, cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    public async Task<IReadOnlyList<Job>> ListUncleanAsync(CancellationToken cancellationToken)
    {
        const string sql =
            $"SELECT {Job.Columns} FROM jobs j WHERE j.cleanup_due = 1 AND j.lease_until <= @Now LIMIT 100";
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<Job>(
            Command(sql, new { Now = states.NowMs }, null, cancellationToken))).AsList();
    }

    public Task MarkUncleanAsync(string jobId, CancellationToken cancellationToken)
    {
        string sql =
            $"UPDATE jobs SET cleanup_due = 1 WHERE id = @Id AND state NOT IN ({JobTransitions.UnfinishedSql})";
        return ChangeAsync(sql, new { Id = jobId }, cancellationToken);
    }

    public async Task MarkCleanAsync(Job job, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        await using DbTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (job.RemovedAt == 0)
        {
            // Not if it was removed meanwhile: then it is due again.
            const string sql = "UPDATE jobs SET cleanup_due = 0 WHERE id = @Id AND removed_at = 0";
            await connection.ExecuteAsync(Command(sql, new { job.Id }, transaction, cancellationToken));
        }
        else
        {
            const string sql = "DELETE FROM job_events WHERE job_id = @Id";
            await connection.ExecuteAsync(Command(sql, new { job.Id }, transaction, cancellationToken));
            await connection.ExecuteAsync(
                Command("DELETE FROM jobs WHERE id = @Id", new { job.Id }, transaction, cancellationToken));
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private static CommandDefinition Command(
        string sql, object values, DbTransaction? transaction, CancellationToken cancellationToken) =>
        new(sql, values, transaction, cancellationToken: cancellationToken);

    private JobChange FailedFor(string reason, long attempts) => JobChange.Failed(
        ApiError.Internal, $"internal service error, {reason} in attempt {attempts} of {_options.AttemptsMax}");

    private long LeaseEnd(long now) => now + (long)_options.LeaseDuration.TotalMilliseconds;

    private Task<long> CountAsync(DbConnection connection, string condition, CancellationToken cancellationToken) =>
        connection.ExecuteScalarAsync<long>(Command(
            $"SELECT COUNT(*) FROM jobs WHERE {condition}", new { Now = states.NowMs }, null, cancellationToken));

    private async Task<bool> ChangeAsync(string sql, object values, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        return await connection.ExecuteAsync(Command(sql, values, null, cancellationToken)) > 0;
    }

    private sealed record LapsedJob
    {
        public required string Id { get; init; }

        public required long FailedAttempts { get; init; }
    }
}
