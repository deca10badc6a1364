using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Cremona.Tidy.Tests;

/// <summary>Sizes of the style guide; exceptions stand with their reasons in <see cref="Exceptions"/>.</summary>
public class SizeTests
{
    private const int FileLinesMax = 400;
    private const int LongFileLinesMax = 600;
    private const int MethodLinesMax = 70;
    private const int LineLengthMax = 120;
    private const int ConstructorDependenciesMax = 6;
    private const int ProgramLinesMax = 60;

    [Fact]
    public void Files_StayUnderTheirCeiling()
    {
        IEnumerable<string> faults =
            from file in Repository.CSharpFiles("src").Concat(Repository.CSharpFiles("bench"))
            let isLongKind = file.Path.Contains("/Kernels/", StringComparison.Ordinal)
                || file.Path.StartsWith("src/Cremona.Protocol/", StringComparison.Ordinal)
                || Exceptions.LongFiles.ContainsKey(file.Path)
            let max = isLongKind ? LongFileLinesMax : FileLinesMax
            where file.Lines.Length > max
            select $"{file.Path}: {file.Lines.Length} lines, at most {max}";
        faults.ShouldBeEmpty();
    }

    [Fact]
    public void MedianOfSourceFiles_IsUnder70Lines()
    {
        int[] sizes = [.. Repository.CSharpFiles("src").Select(file => file.Lines.Length).Order()];
        sizes[sizes.Length / 2].ShouldBeLessThanOrEqualTo(70);
    }

    [Fact]
    public void Methods_StayUnderTheirCeiling()
    {
        IEnumerable<string> faults =
            from file in Repository.CSharpFiles("src")
            from method in file.Syntax.DescendantNodes().OfType<MethodDeclarationSyntax>()
            let lines = SourceFile.LineCount(method)
            where lines > MethodLinesMax
                && !Exceptions.LongMethods.ContainsKey($"{file.Path}:{method.Identifier.Text}")
            select $"{file.Path}:{method.Identifier.Text}: {lines} lines, at most {MethodLinesMax}";
        faults.ShouldBeEmpty();
    }

    [Fact]
    public void Lines_FitTheScreen()
    {
        IEnumerable<string> faults =
            from file in Repository.CSharpFiles("src").Concat(Repository.CSharpFiles("tests"))
            from line in file.Lines.Select((text, index) => (text, number: index + 1))
            where line.text.Length > LineLengthMax && !IsLongLiteral(line.text)
            select $"{file.Path}:{line.number}: {line.text.Length} characters, at most {LineLengthMax}";
        faults.ShouldBeEmpty();
    }

    [Fact]
    public void Constructors_HaveFewDependencies()
    {
        IEnumerable<string> faults =
            from file in Repository.CSharpFiles("src/Cremona.Server")
            from type in file.Syntax.DescendantNodes().OfType<ClassDeclarationSyntax>()
            let constructors = type.Members.OfType<ConstructorDeclarationSyntax>()
                .Select(constructor => constructor.ParameterList.Parameters.Count)
                .Append(type.ParameterList?.Parameters.Count ?? 0)
            where constructors.Max() > ConstructorDependenciesMax
            select $"{file.Path}:{type.Identifier.Text}: {constructors.Max()} dependencies, at most {ConstructorDependenciesMax}";
        faults.ShouldBeEmpty();
    }

    [Fact]
    public void ProgramFiles_AreTablesOfContents()
    {
        foreach (SourceFile file in Repository.CSharpFiles("src").Where(file => file.Path.EndsWith("/Program.cs", StringComparison.Ordinal)))
        {
            file.Lines.Length.ShouldBeLessThanOrEqualTo(ProgramLinesMax, file.Path);
        }
    }

    /// <summary>Wire texts, SQL and documented examples are kept in one piece so that a search finds them.</summary>
    private static bool IsLongLiteral(string line) => line.Contains('"', StringComparison.Ordinal);
}
