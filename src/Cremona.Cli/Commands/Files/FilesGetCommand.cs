using System.CommandLine;
using Cremona.Cli.Client;
using Cremona.Cli.CommandLine;
using Cremona.Protocol.Files;

namespace Cremona.Cli.Commands.Files;

/// <summary><c>cremona files get ID</c></summary>
internal sealed class FilesGetCommand : RemoteCommand
{
    private readonly Argument<long> _id = new("id") { Description = "The file's id" };

    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "Write to this file instead of standard output",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print the file's row instead of its content" };

    public FilesGetCommand(Terminal terminal)
        : base(terminal, "get", "Read a file's content")
    {
        Add(_id);
        Add(_output);
        Add(_json);
        Examples = ["cremona files get 88731293343809", "cremona files get 88731293343809 -o losses.csv"];
    }

    protected override async Task<int> RunAsync(
        CremonaClient client, ParseResult line, CancellationToken cancellationToken)
    {
        long id = line.GetRequiredValue(_id);
        if (line.GetValue(_json))
        {
            Answer<RetrieveFileResponse> answer = await client.RetrieveFileAsync(id, cancellationToken);
            await Terminal.Out.WriteLineAsync(answer.Json);
            return ExitCode.Success;
        }

        if (line.GetValue(_output) is not { } path)
        {
            await using Stream screen = Terminal.OpenOutput();
            await client.DownloadFileAsync(id, screen, cancellationToken);
            return ExitCode.Success;
        }

        // A cut download must not look like a whole file.
        string unfinished = path + ".part";
        try
        {
            await using (FileStream file = File.Create(unfinished))
            {
                await client.DownloadFileAsync(id, file, cancellationToken);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }

        return ExitCode.Success;
    }
}
