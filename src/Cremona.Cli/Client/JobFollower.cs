using System.Runtime.CompilerServices;
using System.Text.Json;
using Cremona.Protocol.FineTuning;

namespace Cremona.Cli.Client;

/// <summary>Follows a job as any client of the platform can: asks for the events it has not seen, and for the job's
/// progress.</summary>
public static class JobFollower
{
    private const int EventsPerCall = 100;

    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(400);

    /// <summary>Every event once, in order, with progress between them; ends after the event of a final
    /// status.</summary>
    /// <exception cref="ClientException">There is no such job, or the server is gone.</exception>
    public static async IAsyncEnumerable<JobUpdate> StreamUpdatesAsync(
        CremonaClient client,
        string jobId,
        TimeProvider clock,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int seen = 0;
        FinetuneProgress? last = null;
        while (true)
        {
            Answer<FinetuneJobResponse> job = await client.RetrieveJobAsync(jobId, cancellationToken);
            if (job.Value.Job.Progress is { } progress && progress != last)
            {
                last = progress;
                yield return new JobUpdate(null, null, progress);
            }

            Answer<FinetuneEventListResponse> page =
                await client.ListEventsAsync(jobId, seen, EventsPerCall, cancellationToken);
            seen += page.Value.Events.Count;
            foreach (FinetuneEvent item in page.Value.Events)
            {
                FinetuneEventMessage transition =
                    JsonSerializer.Deserialize(item.Message, FineTuningJson.Default.FinetuneEventMessage)!;
                yield return new JobUpdate(item, transition, null);
                if (JobStatus.IsEnd(transition.Status))
                {
                    yield break;
                }
            }

            if (!page.Value.HasMore)
            {
                await Task.Delay(AskEvery, clock, cancellationToken);
            }
        }
    }
}
