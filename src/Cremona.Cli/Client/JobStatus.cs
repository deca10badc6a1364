namespace Cremona.Cli.Client;

/// <summary>The status words of a fine-tuning job.</summary>
public static class JobStatus
{
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";

    /// <summary>True for the three statuses after which nothing more happens.</summary>
    public static bool IsEnd(string status) => status is Succeeded or Failed or Cancelled;
}
