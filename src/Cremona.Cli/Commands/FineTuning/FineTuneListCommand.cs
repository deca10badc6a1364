using System.CommandLine;
using Cremona.Cli.Client;
using Cremona.Cli.CommandLine;
using Cremona.Protocol.FineTuning;

namespace Cremona.Cli.Commands.FineTuning;

/// <summary><c>cremona finetune list</c></summary>
internal sealed class FineTuneListCommand : RemoteCommand
{
    private readonly Option<int> _limit = new("--limit")
    {
        Description = "At most so many jobs",
        DefaultValueFactory = _ => 20,
    };

    private readonly Option<string?> _after = new("--after") { Description = "Go on after this job id" };
    private readonly Option<bool> _json = JsonOption.Create();

    public FineTuneListCommand(Terminal terminal)
        : base(terminal, "list", "List the group's jobs, newest first")
    {
        Add(_limit);
        Add(_after);
        Add(_json);
        Examples = ["cremona finetune list", "cremona finetune list --limit 100 --json"];
    }

    protected override async Task<int> RunAsync(
        CremonaClient client, ParseResult line, CancellationToken cancellationToken)
    {
        Answer<FinetuneJobListResponse> answer = await client.ListJobsAsync(
            new PageRequest(line.GetRequiredValue(_limit), line.GetValue(_after)), cancellationToken);
        if (line.GetValue(_json))
        {
            await Terminal.Out.WriteLineAsync(answer.Json);
            return ExitCode.Success;
        }

        Tables.Print(
            Terminal,
            ["job", "created", "status", "tuned model"],
            answer.Value.Jobs.Select(job => new[]
            {
                job.Id,
                Tables.Time(DateTimeOffset.FromUnixTimeMilliseconds(job.CreatedAt)),
                job.Status,
                job.FineTunedModel,
            }));
        if (answer.Value.HasMore)
        {
            await Terminal.Error.WriteLineAsync($"more: cremona finetune list --after {answer.Value.Jobs[^1].Id}");
        }

        return ExitCode.Success;
    }
}
