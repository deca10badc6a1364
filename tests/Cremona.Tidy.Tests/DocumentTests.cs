using System.Text.RegularExpressions;

namespace Cremona.Tidy.Tests;

/// <summary>Documents in step with the code.</summary>
public partial class DocumentTests
{
    private static readonly string[] PathStarts = ["src/", "tests/", "bench/", "models/", "docs/", ".ci/"];

    public static TheoryData<string> Documents => [.. Repository.Files(".", "*.md")
        .Where(path => !path.StartsWith("bench/results/", StringComparison.Ordinal) && path != "CHANGELOG.md")];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Paths_NamedInADocument_Exist(string document)
    {
        string folder = Path.GetDirectoryName(document)!;
        IEnumerable<string> faults =
            from path in NamedPaths(Repository.Read(document)).Distinct()
            where !Exists(path) && !Exists(Path.Combine(folder, path))
            select path;
        faults.ShouldBeEmpty(document);
    }

    [Fact]
    public void Types_NamedInTheArchitecture_Exist()
    {
        HashSet<string> words = [.. Repository.CSharpFiles("src").SelectMany(file => Word().Matches(file.Text).Select(match => match.Value))];
        IEnumerable<string> faults = CodeSpan().Matches(Repository.Read("ARCHITECTURE.md"))
            .Select(match => match.Groups[1].Value)
            .Where(text => TypeName().IsMatch(text))
            .Where(text => text.Split('.').Any(part => !words.Contains(part)))
            .Distinct();
        faults.ShouldBeEmpty();
    }

    [Fact]
    public void Decisions_AreNumberedAndShort()
    {
        string[] decisions = [.. Repository.Files("docs/decisions", "*.md")];
        decisions.ShouldNotBeEmpty();
        for (int index = 0; index < decisions.Length; index++)
        {
            Path.GetFileName(decisions[index]).ShouldStartWith($"{index + 1:0000}-");
            Repository.Read(decisions[index]).Split('\n').Length.ShouldBeLessThanOrEqualTo(60, decisions[index]);
        }
    }

    private static IEnumerable<string> NamedPaths(string text)
    {
        IEnumerable<string> spans = CodeSpan().Matches(text).Select(match => match.Groups[1].Value)
            .Where(span => PathStarts.Any(start => span.StartsWith(start, StringComparison.Ordinal)));
        IEnumerable<string> links = Link().Matches(text).Select(match => match.Groups[1].Value)
            .Where(link => !link.Contains("://", StringComparison.Ordinal) && !link.StartsWith('#'));
        return spans.Concat(links)
            .Select(path => path.Split('#')[0].TrimEnd('/'))
            .Where(path => path.Length > 0 && path.IndexOfAny(['*', '{', ' ', '<', '…']) < 0);
    }

    private static bool Exists(string path)
    {
        string full = Path.Combine(Repository.Root, path);
        return File.Exists(full) || Directory.Exists(full);
    }

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex CodeSpan();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("[A-Za-z_][A-Za-z0-9_]*")]
    private static partial Regex Word();

    [GeneratedRegex(@"^[A-Z][A-Za-z0-9]+(\.[A-Z][A-Za-z0-9]+)?$")]
    private static partial Regex TypeName();
}
