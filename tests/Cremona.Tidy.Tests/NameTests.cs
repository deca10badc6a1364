using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Cremona.Tidy.Tests;

/// <summary>Names and places of types.</summary>
public class NameTests
{
    private static readonly string[] UnusedSuffixes = ["Manager", "Helper", "Helpers", "Util", "Utils", "Common", "Impl", "Info", "Data"];

    [Fact]
    public void Namespaces_MatchFolders()
    {
        IEnumerable<string> faults =
            from file in Repository.CSharpFiles("src").Concat(Repository.CSharpFiles("tests"))
            from space in file.Syntax.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>()
            let folder = Path.GetDirectoryName(file.Path)!.Replace('\\', '/').Split('/')
            let expected = string.Join('.', folder.Skip(1))
            where space.Name.ToString() != expected
            select $"{file.Path}: namespace {space.Name}, expected {expected}";
        faults.ShouldBeEmpty();
    }

    [Fact]
    public void Files_HoldTheTypeTheyAreNamedAfter()
    {
        IEnumerable<string> faults =
            from file in Repository.CSharpFiles("src")
            where !file.Path.StartsWith("src/Cremona.Protocol/", StringComparison.Ordinal)
                && Path.GetFileName(file.Path) != "Program.cs"
            let types = file.Syntax.DescendantNodes().OfType<BaseTypeDeclarationSyntax>()
                .Where(type => type.Parent is BaseNamespaceDeclarationSyntax)
                .Select(type => type.Identifier.Text).ToArray()
            where types.Length > 0
            let name = Path.GetFileNameWithoutExtension(file.Path).Split('.')[0]
            where !types.Contains(name) || (types.Distinct().Count() > 1
                && !Exceptions.SeveralTypes.ContainsKey(file.Path))
            select $"{file.Path}: {string.Join(", ", types)}";
        faults.ShouldBeEmpty();
    }

    [Fact]
    public void Types_AvoidSuffixesThatSayNothing()
    {
        IEnumerable<string> faults =
            from file in Repository.CSharpFiles("src")
            from type in file.Syntax.DescendantNodes().OfType<BaseTypeDeclarationSyntax>()
            where UnusedSuffixes.Any(suffix => type.Identifier.Text.EndsWith(suffix, StringComparison.Ordinal))
            select $"{file.Path}: {type.Identifier.Text}";
        faults.ShouldBeEmpty();
    }

    [Fact]
    public void AsyncMethods_SayWhenTheyCanBeCancelled()
    {
        IEnumerable<string> faults =
            from file in Repository.CSharpFiles("src")
            where !file.Path.StartsWith("src/Cremona.Cli/", StringComparison.Ordinal)
            from method in file.Syntax.DescendantNodes().OfType<MethodDeclarationSyntax>()
            let parameters = method.ParameterList.Parameters
            let position = parameters.IndexOf(parameter => parameter.Type?.ToString() == "CancellationToken")
            where method.Modifiers.Any(SyntaxKind.PublicKeyword) && position >= 0 && position != parameters.Count - 1
            select $"{file.Path}: {method.Identifier.Text} takes its CancellationToken before the last place";
        faults.ShouldBeEmpty();
    }

    [Fact]
    public void Tests_ReadAsSpecifications()
    {
        IEnumerable<string> faults =
            from file in Repository.CSharpFiles("tests")
            from method in file.Syntax.DescendantNodes().OfType<MethodDeclarationSyntax>()
            where method.AttributeLists.SelectMany(list => list.Attributes).Any(IsTest)
                && !method.Identifier.Text.Contains('_', StringComparison.Ordinal)
            select $"{file.Path}: {method.Identifier.Text}, expected Subject_Outcome_Condition";
        faults.ShouldBeEmpty();
    }

    private static bool IsTest(AttributeSyntax attribute) => attribute.Name.ToString() is "Fact" or "Theory";
}
