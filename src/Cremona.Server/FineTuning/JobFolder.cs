using System.Globalization;

namespace Cremona.Server.FineTuning;

/// <summary>The work folder of a job: <c>job.log</c>, and below it the folder of the current attempt with its
/// checkpoints.</summary>
/// <remarks>A new attempt takes its predecessor's folder over by renaming it. So it finds the checkpoints, and a
/// predecessor that was only paused finds its path gone instead of writing among its successor's files.</remarks>
public sealed class JobFolder(string jobsFolder, string jobId)
{
    private const string AttemptPrefix = "attempt-";

    public string Path { get; } = System.IO.Path.Combine(jobsFolder, jobId);

    public string LogPath => System.IO.Path.Combine(Path, "job.log");

    /// <summary>The folder of this attempt, holding whatever the last one left.</summary>
    /// <exception cref="OperationCanceledException">A later attempt has begun: the files are its own.</exception>
    public string TakeOver(long attempt)
    {
        Directory.CreateDirectory(Path);
        string mine = System.IO.Path.Combine(Path, AttemptPrefix + attempt.ToString(CultureInfo.InvariantCulture));
        string? last = Directory.EnumerateDirectories(Path, AttemptPrefix + "*").MaxBy(ReadAttempt);
        if (last is not null && ReadAttempt(last) > attempt)
        {
            throw new OperationCanceledException($"Attempt {attempt} in {Path} was followed by another.");
        }

        if (last is not null && last != mine)
        {
            Directory.Move(last, mine);
        }

        Directory.CreateDirectory(mine);
        return mine;
    }

    /// <summary>Removes checkpoints; the log stays as long as the job.</summary>
    public void RemoveAttempts()
    {
        if (!Directory.Exists(Path))
        {
            return;
        }

        foreach (string attempt in Directory.EnumerateDirectories(Path, AttemptPrefix + "*").ToArray())
        {
            Directory.Delete(attempt, recursive: true);
        }
    }

    public void Remove()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }

    private static long ReadAttempt(string folder)
    {
        ReadOnlySpan<char> number = System.IO.Path.GetFileName(folder).AsSpan(AttemptPrefix.Length);
        return long.TryParse(number, CultureInfo.InvariantCulture, out long attempt) ? attempt : 0;
    }
}
