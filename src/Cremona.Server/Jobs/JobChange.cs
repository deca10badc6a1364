using Cremona.Protocol.Errors;

namespace Cremona.Server.Jobs;

/// <summary>A transition to make: the state to reach and what its event tells.</summary>
public sealed record JobChange
{
    private JobChange(JobState state, string result = "", ApiError? error = null, string errorText = "")
    {
        State = state;
        Result = result;
        Error = error;
        ErrorText = errorText;
    }

    public JobState State { get; }

    /// <summary>What a success made, otherwise empty.</summary>
    public string Result { get; }

    /// <summary>The code of a failure, otherwise null.</summary>
    public ApiError? Error { get; }

    /// <summary>The text of a failure, otherwise empty.</summary>
    public string ErrorText { get; }

    public static JobChange Created { get; } = new(JobState.Created);

    public static JobChange Accepted { get; } = new(JobState.Pending);

    public static JobChange Started { get; } = new(JobState.Running);

    public static JobChange Cancelled { get; } = new(JobState.Cancelled);

    public static JobChange Succeeded(string result) => new(JobState.Succeeded, result);

    /// <param name="error">The platform's code.</param>
    /// <param name="text">Safe to show to the owner.</param>
    public static JobChange Failed(ApiError error, string text) => new(JobState.Failed, "", error, text);
}
