using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cremona.Training.Checkpoints;

namespace Cremona.Training.Pretraining;

/// <summary>The checkpoints of a pretraining run. Those of the plateau belong to every length of the run; those of
/// the decay, in a folder of their own, to one. So a longer run goes on from where the decay of a shorter one
/// began.</summary>
internal sealed class PretrainCheckpoints
{
    private const string FolderName = "checkpoints";

    private readonly PretrainSchedule _training;
    private readonly CheckpointFolder _plateau;
    private readonly CheckpointFolder _decay;
    private readonly string _fingerprint;

    /// <param name="outputFolder">Holds the tokenizer already.</param>
    /// <param name="recipe">Of this run.</param>
    public PretrainCheckpoints(string outputFolder, PretrainRecipe recipe)
    {
        _training = recipe.Training;
        string folder = Path.Combine(outputFolder, FolderName);
        _plateau = new CheckpointFolder(folder);
        _decay = new CheckpointFolder(Path.Combine(folder, string.Create(
            CultureInfo.InvariantCulture, $"decay-{_training.DecaySteps}-of-{_training.StepCount}")));
        _fingerprint = Fingerprint(recipe, outputFolder);
    }

    public bool IsDue(int step) =>
        step % _training.CheckpointSteps == 0 || step == _training.PlateauEnd || step == _training.StepCount;

    public void Save(PretrainSession session) =>
        (session.Step <= _training.PlateauEnd ? _plateau : _decay).Save(session.Capture(_fingerprint));

    /// <summary>The newest checkpoint that this run can go on from.</summary>
    /// <exception cref="CheckpointMismatchException">It is of another recipe, or its plateau is already longer.</exception>
    public CheckpointSearch FindNewest()
    {
        CheckpointSearch decay = _decay.FindNewest(_fingerprint);
        if (decay.State is not null) return decay;

        CheckpointSearch plateau = _plateau.FindNewest(_fingerprint);
        return plateau.State is null || plateau.State.Step <= _training.PlateauEnd
            ? plateau with { Faults = [.. decay.Faults, .. plateau.Faults] }
            : throw new CheckpointMismatchException(
                $"the checkpoints are at step {plateau.State.Step}, where this recipe's learning rate has begun to fall "
                + $"(after step {_training.PlateauEnd}); raise step_count, or train into another folder");
    }

    /// <summary>Recipe and tokenizer without the length of the run, on which the plateau does not depend; the
    /// checkpoint and validation intervals count too, since they decide which weights are best.</summary>
    private static string Fingerprint(PretrainRecipe recipe, string folder)
    {
        PretrainRecipe endless = recipe with { Training = recipe.Training with { StepCount = 0, DecaySteps = 0 } };
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(endless)));
        hash.AppendData(File.ReadAllBytes(Path.Combine(folder, "tokenizer.json")));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
