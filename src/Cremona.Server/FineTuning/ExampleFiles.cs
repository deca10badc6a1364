using Cremona.Inference.Checkpoints;
using Cremona.Server.Edge;
using Cremona.Server.Models;
using Cremona.Server.Storage;
using Cremona.Training.Data;
using Microsoft.Extensions.Options;

namespace Cremona.Server.FineTuning;

/// <summary>Reads training and validation files, for the check inside <c>create_finetune_job</c> and for the job
/// itself.</summary>
public sealed class ExampleFiles(
    IFileStore files, IBlobStore blobs, IModelHost host, IOptions<FineTuningOptions> options)
{
    /// <summary>The request's field, which begins every complaint about the file.</summary>
    public const string Training = "training_file";

    /// <inheritdoc cref="Training"/>
    public const string Validation = "validation_file";

    private const string Purpose = "fine-tune";

    private readonly FineTuningOptions _options = options.Value;

    /// <exception cref="ApiException">2013: the group has no such file, or it is none for fine-tuning, or too
    /// large.</exception>
    public async Task<StoredFile> GetFileAsync(string groupId, long id, CancellationToken cancellationToken)
    {
        StoredFile file = await files.FindAsync(groupId, id, cancellationToken)
            ?? throw ApiException.InvalidParameters($"file not found: {id}");
        if (file.Purpose != Purpose)
        {
            throw ApiException.InvalidParameters($"file {id} has purpose {file.Purpose}, expected {Purpose}");
        }

        return file.Bytes <= _options.FileBytesMax
            ? file
            : throw ApiException.InvalidParameters(
                $"file {id} has {file.Bytes} bytes, at most {_options.FileBytesMax} can be trained on");
    }

    /// <summary>Every row as the model will see it. Nothing is cut.</summary>
    /// <exception cref="ApiException">2013 naming the first bad line, or too few examples.</exception>
    public async Task<ExampleSet> ReadAsync(
        StoredFile file, BaseModel baseModel, string field, CancellationToken cancellationToken)
    {
        LanguageModel model = await host.LoadAsync(baseModel, cancellationToken);
        int tokensMax = Math.Min(_options.TokensPerExampleMax, model.Config.ContextLength);
        await using Stream stream = blobs.OpenRead(file.BlobKey);

        // Tokenizing is work for a thread, not for the request's continuation.
        TrainingFileReport report = await Task.Run(
            () => TrainingFile.Read(stream, model, tokensMax, TrainingFile.LineBytesMax, cancellationToken),
            cancellationToken);
        if (report.Fault is { } fault)
        {
            string place = fault.Line == 0 ? field : $"{field} line {fault.Line}:";
            throw ApiException.InvalidParameters($"{place} {fault.Reason}");
        }

        int least = field == Training ? _options.ExamplesMin : 1;
        return report.Rows.Count >= least
            ? new ExampleSet(report.Rows, report.TokenCount)
            : throw ApiException.InvalidParameters(
                $"{field} has {report.Rows.Count} examples, at least {least} are required");
    }
}
