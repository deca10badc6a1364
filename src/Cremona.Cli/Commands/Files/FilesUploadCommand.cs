using System.CommandLine;
using Cremona.Cli.Client;
using Cremona.Cli.CommandLine;
using Cremona.Protocol.Files;

namespace Cremona.Cli.Commands.Files;

/// <summary><c>cremona files upload FILE</c></summary>
internal sealed class FilesUploadCommand : RemoteCommand
{
    private readonly Argument<FileInfo> _file = new("file") { Description = "The file to upload" };

    private readonly Option<string> _purpose = new("--purpose")
    {
        Description = "What the file is for: fine-tune, retrieval, assistants, voice_clone or role-recognition",
        DefaultValueFactory = _ => "fine-tune",
    };

    private readonly Option<bool> _json = JsonOption.Create();

    public FilesUploadCommand(Terminal terminal)
        : base(terminal, "upload", "Upload a file; its id is printed alone on one line")
    {
        Add(_file);
        Add(_purpose);
        Add(_json);
        Examples = ["cremona files upload train.jsonl", "id=$(cremona files upload train.jsonl)"];
    }

    protected override async Task<int> RunAsync(
        CremonaClient client, ParseResult line, CancellationToken cancellationToken)
    {
        FileInfo file = line.GetRequiredValue(_file);
        if (!file.Exists)
        {
            throw new CommandException($"{file.FullName}: there is no such file; check the path");
        }

        await using FileStream content = file.OpenRead();
        Answer<UploadFileResponse> answer =
            await client.UploadFileAsync(content, file.Name, line.GetRequiredValue(_purpose), cancellationToken);
        await Terminal.Out.WriteLineAsync(line.GetValue(_json) ? answer.Json : $"{answer.Value.FileId}");
        return ExitCode.Success;
    }
}
