namespace Cremona.Tidy.Tests;

/// <summary>Words that must not stand in the tree.</summary>
public class WordTests
{
    // Written in two pieces so that this file does not find itself.
    private static readonly string[] SourceWords =
    [
        "TO" + "DO", "FIX" + "ME", "HA" + "CK:", "NotImplemented" + "Exception", "#pragma warning " + "disable",
        "Thread" + ".Sleep",
    ];

    [Fact]
    public void Source_HoldsNoUnfinishedBusiness()
    {
        IEnumerable<string> faults =
            from file in Repository.CSharpFiles("src").Concat(Repository.CSharpFiles("tests"))
            from word in SourceWords
            from line in file.Lines.Select((text, index) => (text, number: index + 1))
            where line.text.Contains(word, StringComparison.Ordinal)
            select $"{file.Path}:{line.number}: {word}";
        faults.ShouldBeEmpty();
    }

    [Fact]
    public void Tree_HoldsNoPlansOrDiaries()
    {
        string[] names = ["PLAN.md", "NOTES.md", "PROGRESS.md", "HANDOVER.md", "STATUS.md"];
        Repository.Files(".", "*.md").Select(Path.GetFileName).Intersect(names, StringComparer.OrdinalIgnoreCase).ShouldBeEmpty();
    }

    [Fact]
    public void Root_HoldsOnlyWhatTheDesignNames()
    {
        string[] documents = [.. Directory.EnumerateFiles(Repository.Root, "*.md").Select(path => Path.GetFileName(path)!)];
        documents.ShouldBe(
            ["README.md", "README.zh-CN.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"], ignoreOrder: true);
    }

    [Fact]
    public void Files_StayLight()
    {
        IEnumerable<string> faults =
            from path in Repository.Files(".", "*")
            where new FileInfo(Path.Combine(Repository.Root, path)).Length > 20_000_000
            select path;
        faults.ShouldBeEmpty();
    }
}
