using System.Data.Common;
using Cremona.Server.Storage;
using Dapper;

namespace Cremona.Server.Jobs;

/// <summary>The one statement that changes a job's state, and the event that always goes with it.</summary>
public sealed class JobStateWriter(TimeProvider clock, IFileStore files)
{
    /// <summary>True of a job only while the attempt holds an unlapsed lease on it.</summary>
    public const string HeldSql =
        "state = 'running' AND attempt = @Attempt AND lease_holder = @Worker AND lease_until > @Now";

    /// <summary>The clock as the rows have it.</summary>
    public long NowMs => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Moves a job to the state if it stands in one from which the table allows that, and, with a lease,
    /// only while the lease holds. Appends the event; a final state also releases the held files.</summary>
    /// <returns>False, and nothing written, when the row was in no such state or the lease is lost.</returns>
    public async Task<bool> ApplyAsync(
        string jobId,
        JobChange change,
        JobLease? lease,
        DbTransaction transaction,
        CancellationToken cancellationToken)
    {
        bool isFinal = JobTransitions.IsFinal(change.State);
        long now = NowMs;
        string guard = lease is null ? "" : $" AND {HeldSql}";
        string sql = $"""
            UPDATE jobs
            SET state = @State,
                started_at = CASE WHEN @State = 'running' THEN @Now ELSE started_at END,
                ended_at = @EndedAt,
                cleanup_due = @CleanupDue
            WHERE id = @Id AND state IN ({JobTransitions.SourcesSql(change.State)}){guard}
            """;
        int changed = await transaction.Connection!.ExecuteAsync(new CommandDefinition(
            sql,
            new
            {
                Id = jobId,
                State = JobTransitions.Word(change.State),
                EndedAt = isFinal ? now : 0L,
                CleanupDue = isFinal ? 1L : 0L,
                Now = now,
                Attempt = lease?.Attempt ?? 0,
                Worker = lease?.Worker ?? "",
            },
            transaction,
            cancellationToken: cancellationToken));
        if (changed == 0)
        {
            return false;
        }

        await AppendEventAsync(jobId, change, now, transaction, cancellationToken);
        if (isFinal)
        {
            await files.ReleaseAsync(jobId, transaction, cancellationToken);
        }

        return true;
    }

    /// <summary>Appends the event of a transition. The row lock of the transition keeps the ordinals apart.</summary>
    public async Task AppendEventAsync(
        string jobId, JobChange change, long workedAt, DbTransaction transaction, CancellationToken cancellationToken)
    {
        const string sql = """
            INSERT INTO job_events (job_id, ordinal, state, created_at, worked_at, result, error_code, error_text)
            SELECT @Id, COALESCE(MAX(ordinal), 0) + 1, @State, @CreatedAt, @WorkedAt, @Result, @ErrorCode, @ErrorText
            FROM job_events WHERE job_id = @Id
            """;
        await transaction.Connection!.ExecuteAsync(new CommandDefinition(
            sql,
            new
            {
                Id = jobId,
                State = JobTransitions.Word(change.State),
                CreatedAt = Math.Max(workedAt, NowMs),
                WorkedAt = workedAt,
                change.Result,
                ErrorCode = (long)(change.Error ?? 0),
                change.ErrorText,
            },
            transaction,
            cancellationToken: cancellationToken));
    }
}
