using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Cremona.Tidy.Tests;

/// <summary>A C# file: its path relative to the root, and its text.</summary>
internal sealed record SourceFile(string Path, string Text)
{
    public string[] Lines { get; } = Text.Split('\n');

    public CompilationUnitSyntax Syntax { get; } = CSharpSyntaxTree.ParseText(Text).GetCompilationUnitRoot();

    /// <summary>Lines from the first to the last of a node, comments above it not counted.</summary>
    public static int LineCount(SyntaxNode node)
    {
        FileLinePositionSpan span = node.SyntaxTree.GetLineSpan(node.Span);
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }
}
