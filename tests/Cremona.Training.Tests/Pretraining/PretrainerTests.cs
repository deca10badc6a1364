using Cremona.Inference.Checkpoints;
using Cremona.Training.Checkpoints;
using Cremona.Training.Pretraining;

namespace Cremona.Training.Tests.Pretraining;

public class PretrainerTests
{
    private const string Recipe = """
        {
          // Small enough for a test, with a measurement and a checkpoint that do not fall on the same step.
          "seed": 7,
          "tokenizer": { "vocabulary_size": 6144, "sample_count": 200 },
          "model": {
            "hidden_size": 16, "intermediate_size": 24, "layer_count": 2, "head_count": 2, "key_value_head_count": 1,
            "head_dimension": 8, "context_length": 512,
          },
          "training": {
            "step_count": 10, "learning_rate": 0.02, "warmup_steps": 2, "decay_steps": 4,
            "tokens_per_step": 512,
            "validation_steps": 4, "validation_samples": 6, "checkpoint_steps": 3,
          },
        }
        """;

    [Fact]
    public void Run_WritesAModelFolder_ThatLoads()
    {
        using var folder = new ScratchFolder();
        var told = new List<PretrainProgress>();

        PretrainResult result = Run(folder, told.Add);

        LanguageModel model = ModelFolder.Load(folder["model"]);
        model.Config.ShouldBe(PretrainRecipe.Read(folder["recipe.json"]).ToConfig(model.Tokenizer.VocabularySize));
        result.Steps.Select(step => step.Step).ShouldBe(Enumerable.Range(1, 10));
        result.Steps.Where(step => step.ValidationLoss != null).Select(step => step.Step).ShouldBe([4, 8, 10]);
        result.BestValidationLoss.ShouldBe(result.Steps.Min(step => step.ValidationLoss ?? double.MaxValue));
        result.Steps[^1].TrainLoss.ShouldBeLessThan(result.Steps[0].TrainLoss);
        told.ShouldAllBe(progress => progress.TokensPerSecond > 0 && progress.MatrixRateShare > 0);
        told[^1].TimeLeft.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void Weights_AreByteIdentical_AfterCrashesAtAnyStep_WithAnyThreads_AlsoMoreThanAPoolTakes()
    {
        using var whole = new ScratchFolder();
        using var cut = new ScratchFolder();
        PretrainResult expected = Run(whole, _ => { });

        foreach (int crash in (int[])[1, 4, 5, 9])
        {
            Should.Throw<CrashException>(() => Run(
                cut,
                progress =>
                {
                    if (progress.Step.Step == crash) throw new CrashException();
                },
                threads: 3));
        }

        PretrainResult result = Run(cut, _ => { }, threads: 300);

        result.Steps.ShouldBe(expected.Steps);
        foreach (string file in (string[])["model.safetensors", "config.json", "tokenizer.json"])
        {
            File.ReadAllBytes(Path.Combine(cut["model"], file))
                .ShouldBe(File.ReadAllBytes(Path.Combine(whole["model"], file)));
        }
    }

    [Fact]
    public void Run_StopsAtTheNextStep_WhenCancelled()
    {
        using var folder = new ScratchFolder();
        using var source = new CancellationTokenSource();
        int steps = 0;
        Should.Throw<OperationCanceledException>(() => Run(
            folder,
            _ =>
            {
                steps++;
                source.Cancel();
            },
            cancellationToken: source.Token));
        steps.ShouldBe(1);
    }

    [Fact]
    public void Run_Refuses_TheCheckpointsOfAnotherRecipe()
    {
        using var folder = new ScratchFolder();
        Run(folder, _ => { });
        File.WriteAllText(folder["recipe.json"], Recipe.Replace("0.02", "0.03", StringComparison.Ordinal));
        Should.Throw<CheckpointMismatchException>(
            () => new Pretrainer().Run(folder["recipe.json"], folder["model"], _ => { }, CancellationToken.None));
    }

    [Theory]
    [InlineData("\"seed\": 7,", "", "seed")]
    [InlineData("\"seed\": 7", "\"seed\": -7", "seed")]
    [InlineData("\"head_dimension\": 8", "\"head_dimension\": 7", "head_dimension")]
    [InlineData("\"step_count\": 10", "\"step_count\": 0", "step_count")]
    [InlineData("\"decay_steps\": 4", "\"decay_steps\": 11", "decay_steps")]
    [InlineData("\"decay_steps\": 4", "\"decay_steps\": 9", "warmup_steps")]
    [InlineData("\"warmup_steps\": 2", "\"warmup\": 2", "warmup")]
    [InlineData("\"tokens_per_step\": 512", "\"tokens_per_step\": null", "tokens_per_step")]
    public void Recipe_IsRefusedByFileAndName(string from, string to, string name)
    {
        using var folder = new ScratchFolder();
        File.WriteAllText(folder["recipe.json"], Recipe.Replace(from, to, StringComparison.Ordinal));
        string message = Should.Throw<InvalidDataException>(() => PretrainRecipe.Read(folder["recipe.json"])).Message;
        message.ShouldContain(folder["recipe.json"]);
        message.ShouldContain(name);
    }

    [Fact]
    public void LearningRate_Rises_Stays_AndFallsToNothing()
    {
        using var folder = new ScratchFolder();
        var rates = new List<double>();
        Run(folder, progress => rates.Add(progress.LearningRate));
        double[] expected = [0.01, 0.02, 0.02, 0.02, 0.02, 0.02, 0.016, 0.012, 0.008, 0.004];
        rates.Zip(expected).ShouldAllBe(r => Math.Abs(r.First - r.Second) < 1e-12);
    }

    [Fact]
    public void ALongerRun_GoesOnFromThePlateau_AndEndsAsIfItHadNeverBeenShorter()
    {
        string longer = Recipe.Replace("\"step_count\": 10", "\"step_count\": 14", StringComparison.Ordinal);
        using var whole = new ScratchFolder();
        using var prolonged = new ScratchFolder();
        PretrainResult expected = Run(whole, _ => { }, longer);

        Run(prolonged, _ => { });
        var told = new List<int>();
        PretrainResult result = Run(prolonged, progress => told.Add(progress.Step.Step), longer);

        told.ShouldBe(Enumerable.Range(7, 8));
        result.Steps.ShouldBe(expected.Steps);
        File.ReadAllBytes(Path.Combine(prolonged["model"], "model.safetensors"))
            .ShouldBe(File.ReadAllBytes(Path.Combine(whole["model"], "model.safetensors")));
    }

    [Fact]
    public void Run_GoesOnFromThePlateau_AndTellsTheFaults_WhenTheDecaysCheckpointsAreDamaged()
    {
        using var folder = new ScratchFolder();
        PretrainResult expected = Run(folder, _ => { });
        string decay = Path.Combine(folder["model"], "checkpoints", "decay-4-of-10");
        string[] damaged = [.. Directory.GetFiles(decay).OrderDescending(StringComparer.Ordinal)];
        foreach (string path in damaged) File.WriteAllBytes(path, File.ReadAllBytes(path)[..^9]);

        var told = new List<int>();
        PretrainResult result = Run(folder, progress => told.Add(progress.Step.Step));

        told.ShouldBe(Enumerable.Range(7, 4));
        result.Steps.ShouldBe(expected.Steps);
        result.CheckpointFaults.Count.ShouldBe(2);
        foreach ((string fault, string path) in result.CheckpointFaults.Zip(damaged)) fault.ShouldContain(path);
    }

    [Fact]
    public void AShorterRun_IsRefused_WherePlateauIsPassed()
    {
        using var folder = new ScratchFolder();
        Run(folder, _ => { });
        string shorter = Recipe.Replace("\"step_count\": 10", "\"step_count\": 8", StringComparison.Ordinal);
        Should.Throw<CheckpointMismatchException>(() => Run(folder, _ => { }, shorter))
            .Message.ShouldContain("raise step_count");
    }

    private static PretrainResult Run(
        ScratchFolder folder, Action<PretrainProgress> onProgress, string recipe = Recipe, int threads = 1,
            CancellationToken cancellationToken = default)
    {
        File.WriteAllText(folder["recipe.json"], recipe);
        var pretrainer = new Pretrainer { ThreadCount = threads };
        return pretrainer.Run(folder["recipe.json"], folder["model"], onProgress, cancellationToken);
    }

    private sealed class CrashException : Exception;
}
