using Cremona.Server.FineTuning;

namespace Cremona.Server.Tests.FineTuning;

/// <summary>Whose the checkpoints are when attempts follow one another.</summary>
public sealed class JobFolderTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("cremona-jobs-").FullName;

    [Fact]
    public void TakeOver_BringsWhatTheLastAttemptLeft()
    {
        JobFolder folder = new(_root, "1702558479000001");
        string first = folder.TakeOver(9);
        File.WriteAllText(Path.Combine(first, "a.state"), "a");

        string second = folder.TakeOver(10);

        Directory.Exists(first).ShouldBeFalse();
        File.Exists(Path.Combine(second, "a.state")).ShouldBeTrue();
    }

    [Fact]
    public void TakeOver_LeavesTheFilesOfALaterAttempt_WhenItComesLate()
    {
        JobFolder folder = new(_root, "1702558479000001");
        string checkpoint = Path.Combine(folder.TakeOver(2), "a.state");
        File.WriteAllText(checkpoint, "a");

        Should.Throw<OperationCanceledException>(() => folder.TakeOver(1));

        File.Exists(checkpoint).ShouldBeTrue();
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
