using Cremona.Inference.Architectures;
using Cremona.Inference.Checkpoints;
using Cremona.Inference.Kernels;
using Cremona.Inference.Templates;
using Cremona.Inference.Tokenizers;
using Cremona.Training.Checkpoints;
using Cremona.Training.Corpus;
using Cremona.Training.Pretraining;

namespace Cremona.Training;

/// <summary>Trains a model from nothing on generated text, as a recipe says. A run that was killed goes on from its
/// last checkpoint and ends with the same bytes as one that was not.</summary>
public sealed class Pretrainer
{
    private const string TurnEnd = "<|im_end|>";

    /// <summary>Threads of the compute pool, which takes 256 at most; the result does not depend on it.</summary>
    public int ThreadCount { get; init; } = Environment.ProcessorCount;

    /// <summary>Clock for speed and time left.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Trains the tokenizer if the output folder has none, then the model. Whenever the validation loss is the
    /// lowest so far, the weights are written to the output folder as BF16: at the end it holds the best
    /// ones.</summary>
    /// <param name="recipePath">A <see cref="PretrainRecipe"/> as JSON.</param>
    /// <param name="outputFolder">Becomes a Hugging Face folder; its subfolder <c>checkpoints</c> can be removed
    /// afterwards.</param>
    /// <param name="onProgress">Told after each step.</param>
    /// <param name="cancellationToken">Stops at the next step; the last checkpoint stays.</param>
    /// <exception cref="InvalidDataException">Recipe or tokenizer are faulty.</exception>
    /// <exception cref="CheckpointMismatchException">The folder holds a run of another recipe.</exception>
    /// <exception cref="TrainingDivergedException">The loss is no longer finite.</exception>
    public PretrainResult Run(
        string recipePath, string outputFolder, Action<PretrainProgress> onProgress,
            CancellationToken cancellationToken)
    {
        PretrainRecipe recipe = PretrainRecipe.Read(recipePath);
        Directory.CreateDirectory(outputFolder);
        ITokenizer tokenizer = LoadTokenizer(recipe, outputFolder);
        IChatTemplate template = ChatTemplates.Load(outputFolder, tokenizer);
        DecoderConfig config = recipe.ToConfig(tokenizer.VocabularySize);

        using var pool = new ComputePool(Math.Min(ThreadCount, ComputePool.ThreadCountMax));
        DecoderWeights first = FirstWeights.Create(config, recipe.Seed, recipe.Model.InductionHead);
        using var session = new PretrainSession(recipe, first, template, pool);
        var checkpoints = new PretrainCheckpoints(outputFolder, recipe);
        CheckpointSearch found = checkpoints.FindNewest();
        if (found.State != null) session.Restore(found.State);

        var speed = new PretrainSpeed(recipe, config, TrainingArithmetic.MeasureMatrixRate(pool, Clock), Clock);
        while (session.Step < recipe.Training.StepCount)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TrainingStep step = session.TakeStep(speed);
            if (session.IsBest) ModelFolder.Save(outputFolder, session.Weights, TensorType.BF16,
                tokenizer.FindSpecial(TurnEnd));
            if (checkpoints.IsDue(step.Step)) checkpoints.Save(session);
            onProgress(speed.Report(step, session.LearningRate));
        }

        return new PretrainResult(session.History, session.BestValidationLoss, found.Faults);
    }

    private static ITokenizer LoadTokenizer(PretrainRecipe recipe, string folder)
    {
        string path = Path.Combine(folder, "tokenizer.json");
        if (!File.Exists(path))
        {
            CorpusTokenizer.Train(
                folder, recipe.Tokenizer.VocabularySize, recipe.Tokenizer.SampleCount, recipe.Seed,
                    recipe.Model.ContextLength);
        }

        return TokenizerJson.Load(path);
    }
}
