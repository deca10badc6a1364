using System.CommandLine;
using System.Globalization;
using Cremona.Cli.Client;
using Cremona.Cli.CommandLine;
using Cremona.Protocol.Files;
using Cremona.Protocol.FineTuning;

namespace Cremona.Cli.Commands.FineTuning;

/// <summary><c>cremona finetune create FILE</c></summary>
internal sealed class FineTuneCreateCommand : RemoteCommand
{
    /// <summary>The platform cuts a longer one without a word.</summary>
    private const int SuffixLengthMax = 8;

    private readonly Argument<string> _training = new("training-file")
    {
        Description = "Id of an uploaded JSONL file, or the path of a local one, which is uploaded first",
    };

    private readonly Option<string?> _validation = new("--validation")
    {
        Description = "Validation file, id or path; decides which checkpoint is kept",
    };

    private readonly Option<string> _model = new("--model")
    {
        Description = "The base model",
        DefaultValueFactory = _ => "abab5.5s-chat-240123",
    };

    private readonly Option<string?> _suffix = new("--suffix") { Description = $"End of the tuned model's name, at most {SuffixLengthMax} characters" };
    private readonly Option<int?> _epochs = new("--epochs") { Description = "Passes over the file, 1 to 100. Default 5" };
    private readonly Option<int?> _batchSize = new("--batch-size") { Description = "Rows per step, 1 to 100. Default 1" };

    private readonly Option<double?> _learningRate = new("--learning-rate-multiplier")
    {
        Description = "1e-6 to 1. Default 1e-4, which stands for the trainer's own best rate",
    };

    private readonly Option<bool> _watch = new("--watch", "-w") { Description = "Follow the job to its end" };

    private readonly Option<bool> _json = new("--json")
    {
        Description = "Print the server's JSON answer; with --watch then each event's message, one line of JSON each",
    };

    public FineTuneCreateCommand(Terminal terminal)
        : base(terminal, "create", "Create a fine-tuning job; its id is printed alone on one line")
    {
        _suffix.Validators.Add(result =>
        {
            string suffix = result.GetValue(_suffix) ?? "";
            if (suffix.EnumerateRunes().Count() > SuffixLengthMax)
            {
                result.AddError($"--suffix {suffix}: the server would cut it to {SuffixLengthMax} characters; give a shorter one");
            }
        });
        OptionRange.Require(_epochs, 1, 100);
        OptionRange.Require(_batchSize, 1, 100);
        OptionRange.Require<double>(_learningRate, rate => rate is >= 1e-6 and <= 1, "a number from 1e-6 to 1");
        Add(_training);
        Add(_validation);
        Add(_model);
        Add(_suffix);
        Add(_epochs);
        Add(_batchSize);
        Add(_learningRate);
        Add(_watch);
        Add(_json);
        Examples =
        [
            "cremona finetune create train.jsonl --suffix mybot --watch",
            "cremona finetune create 86036815667264 --validation 86036815667265 --epochs 8",
        ];
    }

    protected override async Task<int> RunAsync(
        CremonaClient client, ParseResult line, CancellationToken cancellationToken)
    {
        Hyperparameters hyperparameters =
            new(line.GetValue(_batchSize), line.GetValue(_learningRate), line.GetValue(_epochs));
        CreateJobRequest request = new(
            line.GetRequiredValue(_model),
            await FindOrUploadAsync(client, line.GetRequiredValue(_training), cancellationToken),
            line.GetValue(_validation) is { } validation
                ? await FindOrUploadAsync(client, validation, cancellationToken)
                : null,
            hyperparameters,
            line.GetValue(_suffix));
        Answer<FinetuneJobResponse> answer = await client.CreateJobAsync(request, cancellationToken);
        string jobId = answer.Value.Job.Id;
        bool printsJson = line.GetValue(_json);
        await Terminal.Out.WriteLineAsync(printsJson ? answer.Json : jobId);
        if (!line.GetValue(_watch))
        {
            return ExitCode.Success;
        }

        return printsJson
            ? await JobWatch.PrintJsonAsync(client, jobId, Terminal, cancellationToken)
            : await JobWatch.FollowAsync(client, jobId, Terminal, cancellationToken);
    }

    private static async Task<long> FindOrUploadAsync(
        CremonaClient client, string idOrPath, CancellationToken cancellationToken)
    {
        if (File.Exists(idOrPath))
        {
            await using FileStream content = File.OpenRead(idOrPath);
            Answer<UploadFileResponse> answer =
                await client.UploadFileAsync(content, Path.GetFileName(idOrPath), "fine-tune", cancellationToken);
            return answer.Value.FileId;
        }

        return long.TryParse(idOrPath, NumberStyles.None, CultureInfo.InvariantCulture, out long id)
            ? id
            : throw new CommandException($"{idOrPath}: neither a file id nor a local file; check the path");
    }
}
