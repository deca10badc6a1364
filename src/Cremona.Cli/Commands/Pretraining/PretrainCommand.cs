using System.CommandLine;
using System.Globalization;
using Cremona.Cli.CommandLine;
using Cremona.Inference.Kernels;
using Cremona.Training;
using Cremona.Training.Checkpoints;
using Cremona.Training.Pretraining;

namespace Cremona.Cli.Commands.Pretraining;

/// <summary><c>cremona pretrain RECIPE</c>: a model from nothing.</summary>
internal sealed class PretrainCommand : CremonaCommand
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(10);

    private readonly Argument<FileInfo> _recipe = new("recipe") { Description = "A recipe.json, like models/nano/recipe.json" };

    private readonly Option<DirectoryInfo?> _output = new("--output", "-o")
    {
        Description = "Where the model folder is written. Default: the recipe's folder",
        HelpName = "DIR",
    };

    private readonly Option<int> _threads = new("--threads")
    {
        Description = "Threads to compute with; the result does not depend on it",
        DefaultValueFactory = _ => Math.Min(Environment.ProcessorCount, ComputePool.ThreadCountMax),
    };

    public PretrainCommand(Terminal terminal)
        : base(terminal, "pretrain", "Train a model from nothing on generated text; a run that was stopped goes on where it was")
    {
        OptionRange.Require(_threads, 1, ComputePool.ThreadCountMax);
        Add(_recipe);
        Add(_output);
        Add(_threads);
        Add(new PretrainTokenizerCommand(terminal));
        Examples =
        [
            "cremona pretrain models/nano/recipe.json",
            "cremona pretrain my-recipe.json --output ./my-model --threads 8",
        ];
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        FileInfo recipe = line.GetRequiredValue(_recipe);
        string output = line.GetValue(_output)?.FullName ?? recipe.DirectoryName!;
        Pretrainer trainer = new() { ThreadCount = line.GetRequiredValue(_threads), Clock = Terminal.Clock };
        try
        {
            PretrainResult result = await Task.Run(
                () => trainer.Run(recipe.FullName, output, CreateReport(), cancellationToken), CancellationToken.None);
            string loss = result.BestValidationLoss.ToString("0.0000", CultureInfo.InvariantCulture);
            await Terminal.Out.WriteLineAsync($"{output} holds the model; best validation loss {loss}");
            return ExitCode.Success;
        }
        catch (Exception fault) when (fault is CheckpointMismatchException or TrainingDivergedException)
        {
            throw new CommandException(fault.Message, fault);
        }
    }

    private Action<PretrainProgress> CreateReport()
    {
        long? shownAt = null;
        return progress =>
        {
            bool isDue = shownAt is not { } at || Terminal.Clock.GetElapsedTime(at) >= ReportEvery;
            if (isDue || progress.Step.ValidationLoss is not null || progress.Step.Step == progress.Step.StepCount)
            {
                shownAt = Terminal.Clock.GetTimestamp();
                Terminal.Out.WriteLine(PretrainText.Describe(progress));
            }
        };
    }
}
