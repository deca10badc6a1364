using System.CommandLine;
using Cremona.Cli.Client;
using Cremona.Cli.CommandLine;
using Cremona.Protocol.FineTuning;

namespace Cremona.Cli.Commands.FineTuning;

/// <summary><c>cremona finetune models</c></summary>
internal sealed class FineTuneModelsCommand : RemoteCommand
{
    private readonly Option<string?> _delete = new("--delete") { Description = "Delete this tuned model and free its disk" };
    private readonly Option<bool> _json = JsonOption.Create();

    public FineTuneModelsCommand(Terminal terminal)
        : base(terminal, "models", "List the group's tuned models, newest first, or delete one")
    {
        Add(_delete);
        Add(_json);
        Examples =
        [
            "cremona finetune models",
            "cremona finetune models --delete ft:abab5.5s-chat-240123_1705584973436:mybot",
        ];
    }

    protected override async Task<int> RunAsync(
        CremonaClient client, ParseResult line, CancellationToken cancellationToken)
    {
        if (line.GetValue(_delete) is { } modelId)
        {
            Answer<FinetuneDeletedResponse> deleted = await client.DeleteTunedModelAsync(modelId, cancellationToken);
            await Terminal.Out.WriteLineAsync(line.GetValue(_json) ? deleted.Json : $"deleted {modelId}");
            return ExitCode.Success;
        }

        Answer<FinetuneModelListResponse> answer = await client.ListTunedModelsAsync(cancellationToken);
        if (line.GetValue(_json))
        {
            await Terminal.Out.WriteLineAsync(answer.Json);
            return ExitCode.Success;
        }

        Tables.Print(
            Terminal,
            ["tuned model", "base", "created"],
            answer.Value.Models.Select(model => new[]
            {
                model.Id,
                model.BaseModel,
                Tables.Time(DateTimeOffset.FromUnixTimeMilliseconds(model.CreatedAt)),
            }));
        return ExitCode.Success;
    }
}
