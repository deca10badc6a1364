using System.CommandLine;
using Cremona.Cli.Client;
using Cremona.Cli.CommandLine;
using Cremona.Protocol.FineTuning;

namespace Cremona.Cli.Commands.FineTuning;

/// <summary><c>cremona finetune cancel JOB</c></summary>
internal sealed class FineTuneCancelCommand : RemoteCommand
{
    private readonly Argument<string> _job = new("job") { Description = "The job's id" };
    private readonly Option<bool> _json = JsonOption.Create();

    public FineTuneCancelCommand(Terminal terminal)
        : base(terminal, "cancel", "Stop an unfinished job")
    {
        Add(_job);
        Add(_json);
        Examples = ["cremona finetune cancel 1702558479753114"];
    }

    protected override async Task<int> RunAsync(
        CremonaClient client, ParseResult line, CancellationToken cancellationToken)
    {
        string jobId = line.GetRequiredValue(_job);
        Answer<FinetuneJobResponse> job = await client.RetrieveJobAsync(jobId, cancellationToken);
        if (JobStatus.IsEnd(job.Value.Job.Status))
        {
            // The wire's delete call would remove a finished job, which nobody asked for here.
            throw new CommandException($"job {jobId} has already {job.Value.Job.Status}; there is nothing to cancel");
        }

        Answer<FinetuneDeletedResponse> answer = await client.DeleteJobAsync(jobId, cancellationToken);
        await Terminal.Out.WriteLineAsync(line.GetValue(_json) ? answer.Json : $"cancelled {jobId}");
        return ExitCode.Success;
    }
}
