namespace Cremona.Server.Jobs;

/// <summary>A job: its row. What it works on lies in the table of the room that made it, under the same id.</summary>
public sealed record Job
{
    /// <summary>16 digits.</summary>
    public required string Id { get; init; }

    /// <summary>The owner.</summary>
    public required string GroupId { get; init; }

    /// <summary>Which <see cref="IJobHandler"/> does the work.</summary>
    public required string Kind { get; init; }

    public required JobState State { get; init; }

    /// <summary>Unix time in milliseconds, as all times of a job.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>0 until the first attempt began.</summary>
    public required long StartedAt { get; init; }

    /// <summary>0 until the job ended.</summary>
    public required long EndedAt { get; init; }

    /// <summary>The fencing token: counts claims, and every write of an attempt carries it. 0 before the first
    /// claim.</summary>
    public required long Attempt { get; init; }

    /// <summary>Attempts in a row that were lost or broke and got no further than those before; handing the lease back
    /// does not count.</summary>
    public required long FailedAttempts { get; init; }

    /// <summary>Milliseconds of work over all attempts; the time limit is held against it.</summary>
    public required long WorkedMs { get; init; }

    /// <summary>Steps done, 0 while unknown.</summary>
    public required long Step { get; init; }

    /// <summary>Steps in all, 0 while unknown.</summary>
    public required long StepCount { get; init; }

    /// <summary>The last step's loss.</summary>
    public required double TrainLoss { get; init; }

    public required double TokensPerSecond { get; init; }

    /// <summary>When its owner removed the finished job, or 0. Such a job is seen by nobody but the cleaner.</summary>
    public required long RemovedAt { get; init; }

    /// <summary>The columns of a row, for every SELECT of a whole job from <c>jobs j</c>.</summary>
    public const string Columns = """
        j.id AS Id, j.group_id AS GroupId, j.kind AS Kind, j.state AS State, j.created_at AS CreatedAt,
        j.started_at AS StartedAt, j.ended_at AS EndedAt, j.attempt AS Attempt, j.failed_attempts AS FailedAttempts,
        j.worked_ms AS WorkedMs, j.step AS Step, j.step_count AS StepCount, j.train_loss AS TrainLoss,
        j.tokens_per_second AS TokensPerSecond, j.removed_at AS RemovedAt
        """;
}
