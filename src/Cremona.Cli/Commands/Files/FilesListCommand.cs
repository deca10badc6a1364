using System.CommandLine;
using Cremona.Cli.Client;
using Cremona.Cli.CommandLine;
using Cremona.Protocol.Files;

namespace Cremona.Cli.Commands.Files;

/// <summary><c>cremona files list</c></summary>
internal sealed class FilesListCommand : RemoteCommand
{
    private readonly Option<string?> _purpose = new("--purpose") { Description = "Only files of this purpose" };
    private readonly Option<bool> _json = JsonOption.Create();

    public FilesListCommand(Terminal terminal)
        : base(terminal, "list", "List the group's files, oldest first")
    {
        Add(_purpose);
        Add(_json);
        Examples = ["cremona files list", "cremona files list --purpose fine-tune-result --json"];
    }

    protected override async Task<int> RunAsync(
        CremonaClient client, ParseResult line, CancellationToken cancellationToken)
    {
        Answer<ListFilesResponse> answer = await client.ListFilesAsync(line.GetValue(_purpose), cancellationToken);
        if (line.GetValue(_json))
        {
            await Terminal.Out.WriteLineAsync(answer.Json);
            return ExitCode.Success;
        }

        Tables.Print(
            Terminal,
            ["id", "bytes", "created", "purpose", "name"],
            answer.Value.Files.Select(file => new[]
            {
                $"{file.FileId}",
                $"{file.Bytes}",
                Tables.Time(DateTimeOffset.FromUnixTimeSeconds(file.CreatedAt)),
                file.Purpose,
                file.FileName,
            }));
        return ExitCode.Success;
    }
}
