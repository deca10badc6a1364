using System.CommandLine;
using Cremona.Cli.Client;
using Cremona.Cli.CommandLine;
using Cremona.Protocol.Models;

namespace Cremona.Cli.Commands.Models;

/// <summary><c>cremona models list</c></summary>
internal sealed class ModelsListCommand : RemoteCommand
{
    private readonly Option<bool> _json = JsonOption.Create();

    public ModelsListCommand(Terminal terminal)
        : base(terminal, "list", "List every name that can be called: models, aliases and the group's tuned models")
    {
        Add(_json);
        Examples = ["cremona models list", "cremona models list --json"];
    }

    protected override async Task<int> RunAsync(
        CremonaClient client, ParseResult line, CancellationToken cancellationToken)
    {
        Answer<ModelListResponse> answer = await client.ListModelsAsync(cancellationToken);
        if (line.GetValue(_json))
        {
            await Terminal.Out.WriteLineAsync(answer.Json);
            return ExitCode.Success;
        }

        Tables.Print(
            Terminal,
            ["model", "owned by"],
            answer.Value.Models.Select(model => new[] { model.Id, model.OwnedBy }));
        return ExitCode.Success;
    }
}
