using System.CommandLine;
using Cremona.Cli.Client;
using Cremona.Cli.CommandLine;

namespace Cremona.Cli.Commands.FineTuning;

/// <summary><c>cremona finetune watch JOB</c></summary>
internal sealed class FineTuneWatchCommand : RemoteCommand
{
    private readonly Argument<string> _job = new("job") { Description = "The job's id" };

    private readonly Option<bool> _json = new("--json") { Description = "Print each event's message, one line of JSON each" };

    public FineTuneWatchCommand(Terminal terminal)
        : base(terminal, "watch", "Follow a job's events and progress until it ends; fails when the job fails")
    {
        Add(_job);
        Add(_json);
        Examples = ["cremona finetune watch 1702558479753114"];
    }

    protected override Task<int> RunAsync(
        CremonaClient client, ParseResult line, CancellationToken cancellationToken) =>
        line.GetValue(_json)
            ? JobWatch.PrintJsonAsync(client, line.GetRequiredValue(_job), Terminal, cancellationToken)
            : JobWatch.FollowAsync(client, line.GetRequiredValue(_job), Terminal, cancellationToken);
}
