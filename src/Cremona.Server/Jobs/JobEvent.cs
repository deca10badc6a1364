namespace Cremona.Server.Jobs;

/// <summary>One transition of a job, as told to its owner. Exactly one row for each transition.</summary>
public sealed record JobEvent
{
    public required string JobId { get; init; }

    /// <summary>1-based; the order of the list.</summary>
    public required long Ordinal { get; init; }

    /// <summary>The state that was reached.</summary>
    public required JobState State { get; init; }

    /// <summary>When the row was written, Unix milliseconds; never before <see cref="WorkedAt"/>.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>When the work that the event tells of ended, Unix milliseconds.</summary>
    public required long WorkedAt { get; init; }

    /// <summary>What a success made, for example the model's name; otherwise empty.</summary>
    public required string Result { get; init; }

    /// <summary>The platform's code of a failure, otherwise 0.</summary>
    public required long ErrorCode { get; init; }

    /// <summary>The text of a failure, safe to show; otherwise empty.</summary>
    public required string ErrorText { get; init; }
}
