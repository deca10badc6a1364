using System.Globalization;

namespace Cremona.Training.Checkpoints;

/// <summary>The checkpoints of one run. The last two are kept, so a damaged one costs some steps, not the
/// run.</summary>
/// <param name="folder">Made when it is missing; holds nothing else.</param>
public sealed class CheckpointFolder(string folder)
{
    private const int KeptCount = 2;
    private const string Extension = ".state";

    /// <summary>Writes a checkpoint, then removes those of later steps and those before the last two. A crash at any
    /// moment leaves at least one whole checkpoint if there was one before.</summary>
    /// <exception cref="IOException">The disk is full or failed; what was there is still there.</exception>
    public void Save(TrainerState state)
    {
        Directory.CreateDirectory(folder);
        foreach (string stray in Directory.EnumerateFiles(folder, "*" + Extension + ".tmp")) File.Delete(stray);
        string written = PathOf(state.Step);
        TrainerStateFile.Write(written, state);

        // A run passes over damaged checkpoints only: kept, those of later steps would take the place of whole ones.
        ILookup<bool, string> paths = Paths().ToLookup(path => string.CompareOrdinal(path, written) > 0);
        foreach (string path in paths[true].Concat(paths[false].SkipLast(KeptCount))) File.Delete(path);
    }

    /// <summary>Looks for the newest checkpoint that can be trusted, and says why others were passed over.</summary>
    /// <param name="fingerprint">Of the run that asks.</param>
    /// <exception cref="CheckpointMismatchException">The newest whole checkpoint is of another run.</exception>
    public CheckpointSearch FindNewest(string fingerprint)
    {
        var faults = new List<string>();
        foreach (string path in Paths().Reverse())
        {
            TrainerState state;
            try
            {
                state = TrainerStateFile.Read(path);
            }
            catch (InvalidDataException e)
            {
                faults.Add(e.Message);
                continue;
            }

            return state.Fingerprint == fingerprint
                ? new CheckpointSearch(state, faults)
                : throw new CheckpointMismatchException(
                    $"{path} belongs to another run (fingerprint {state.Fingerprint}, this run has {fingerprint})");
        }

        return new CheckpointSearch(null, faults);
    }

    private string PathOf(int step) =>
        Path.Combine(folder, step.ToString("D9", CultureInfo.InvariantCulture) + Extension);

    // Zero-padded numbers: the order of names is the order of steps.
    private string[] Paths() => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder, "*" + Extension).Order(StringComparer.Ordinal)]
        : [];
}
