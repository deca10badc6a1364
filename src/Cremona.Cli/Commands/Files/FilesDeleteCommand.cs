using System.CommandLine;
using Cremona.Cli.Client;
using Cremona.Cli.CommandLine;
using Cremona.Protocol.Files;

namespace Cremona.Cli.Commands.Files;

/// <summary><c>cremona files delete ID</c></summary>
internal sealed class FilesDeleteCommand : RemoteCommand
{
    private readonly Argument<long> _id = new("id") { Description = "The file's id" };
    private readonly Option<bool> _json = JsonOption.Create();

    public FilesDeleteCommand(Terminal terminal)
        : base(terminal, "delete", "Delete a file; one that an unfinished job reads cannot be deleted")
    {
        Add(_id);
        Add(_json);
        Examples = ["cremona files delete 88731293343809"];
    }

    protected override async Task<int> RunAsync(
        CremonaClient client, ParseResult line, CancellationToken cancellationToken)
    {
        long id = line.GetRequiredValue(_id);
        Answer<DeleteFileResponse> answer = await client.DeleteFileAsync(id, cancellationToken);
        await Terminal.Out.WriteLineAsync(line.GetValue(_json) ? answer.Json : $"deleted {id}");
        return ExitCode.Success;
    }
}
