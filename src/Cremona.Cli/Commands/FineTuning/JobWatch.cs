using Cremona.Cli.Client;
using Cremona.Cli.CommandLine;
using Cremona.Protocol.FineTuning;

namespace Cremona.Cli.Commands.FineTuning;

/// <summary>Shows a job until it ends: its events as lines, its progress as a bar on a terminal and as lines
/// elsewhere.</summary>
public static class JobWatch
{
    /// <returns>Success when the job succeeded, failure when it failed or was cancelled.</returns>
    public static async Task<int> FollowAsync(
        CremonaClient client, string jobId, Terminal terminal, CancellationToken cancellationToken)
    {
        FinetuneEventMessage end = await ShowAsync(client, jobId, terminal, cancellationToken);
        switch (end.Status)
        {
            case JobStatus.Succeeded:
                bool isElsewhere = client.Address != new Uri(ConnectionOptions.DefaultUrl)
                    && terminal.FindVariable(ConnectionOptions.UrlVariable) is null or "";
                string url = isElsewhere ? $" --url {client.Address.GetLeftPart(UriPartial.Authority)}" : "";
                await terminal.Out.WriteLineAsync($"talk to it: cremona chat --model {end.ModelId}{url}");
                return ExitCode.Success;
            case JobStatus.Failed:
                throw new CommandException($"job {jobId} failed: {end.StatusMessage} (code {end.StatusCode})");
            default:
                throw new CommandException($"job {jobId} was cancelled");
        }
    }

    /// <returns>The final transition.</returns>
    public static async Task<FinetuneEventMessage> ShowAsync(
        CremonaClient client, string jobId, Terminal terminal, CancellationToken cancellationToken)
    {
        await using IJobView view = terminal.IsInteractive
            ? new LiveJobView(terminal.Screen, terminal.Clock)
            : new PlainJobView(terminal.Out, terminal.Clock);
        FinetuneEventMessage? last = null;
        await foreach (JobUpdate update in
            JobFollower.StreamUpdatesAsync(client, jobId, terminal.Clock, cancellationToken))
        {
            if (update.Progress is { } progress)
            {
                view.Show(progress);
            }

            if (update is { Event: { } item, Transition: { } transition })
            {
                view.Show(item, transition);
                last = transition;
            }
        }

        return last!;
    }

    /// <summary>Every event as one line of JSON, for scripts.</summary>
    public static async Task<int> PrintJsonAsync(
        CremonaClient client, string jobId, Terminal terminal, CancellationToken cancellationToken)
    {
        string status = "";
        await foreach (JobUpdate update in
            JobFollower.StreamUpdatesAsync(client, jobId, terminal.Clock, cancellationToken))
        {
            if (update is { Event: { } item, Transition: { } transition })
            {
                await terminal.Out.WriteLineAsync(item.Message);
                status = transition.Status;
            }
        }

        return status == JobStatus.Succeeded ? ExitCode.Success : ExitCode.Failure;
    }
}
