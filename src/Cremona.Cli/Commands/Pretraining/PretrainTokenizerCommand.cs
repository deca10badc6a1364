using System.CommandLine;
using Cremona.Cli.CommandLine;
using Cremona.Training.Corpus;
using Cremona.Training.Pretraining;

namespace Cremona.Cli.Commands.Pretraining;

/// <summary><c>cremona pretrain tokenizer RECIPE</c></summary>
internal sealed class PretrainTokenizerCommand : CremonaCommand
{
    private readonly Argument<FileInfo> _recipe = new("recipe") { Description = "A recipe.json, like models/nano/recipe.json" };

    private readonly Option<DirectoryInfo?> _output = new("--output", "-o")
    {
        Description = "Where tokenizer.json and tokenizer_config.json are written. Default: the recipe's folder",
        HelpName = "DIR",
    };

    public PretrainTokenizerCommand(Terminal terminal)
        : base(terminal, "tokenizer", "Train the recipe's tokenizer alone; a model trained with the old one no longer fits")
    {
        Add(_recipe);
        Add(_output);
        Examples = ["cremona pretrain tokenizer models/nano/recipe.json --output ./my-model"];
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        FileInfo file = line.GetRequiredValue(_recipe);
        var recipe = PretrainRecipe.Read(file.FullName);
        string output = line.GetValue(_output)?.FullName ?? file.DirectoryName!;
        Directory.CreateDirectory(output);
        await Task.Run(
            () => CorpusTokenizer.Train(
                output,
                recipe.Tokenizer.VocabularySize,
                recipe.Tokenizer.SampleCount,
                recipe.Seed,
                recipe.Model.ContextLength),
            cancellationToken).WaitAsync(cancellationToken);
        await Terminal.Out.WriteLineAsync($"{output} holds the tokenizer");
        return ExitCode.Success;
    }
}
