using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Cremona.Tidy.Tests;

/// <summary>The checkout these tests read.</summary>
internal static class Repository
{
    private static readonly string[] NotSource = ["bin", "obj", "node_modules", "artifacts", ".git"];

    private static readonly ConcurrentDictionary<string, SourceFile> Parsed = new();

    public static string Root { get; } = FindRoot();

    /// <summary>Every C# file below the folder, paths relative to the root with forward slashes.</summary>
    public static IEnumerable<SourceFile> CSharpFiles(string folder) =>
        Files(folder, "*.cs").Select(path => Parsed.GetOrAdd(path, _ => new SourceFile(path, Read(path))));

    /// <summary>Files below the folder that match, without build output.</summary>
    public static IEnumerable<string> Files(string folder, string pattern)
    {
        string start = Path.Combine(Root, folder);
        return Directory.Exists(start)
            ? Directory.EnumerateFiles(start, pattern, SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
                .Where(path => !path.Split('/').Any(NotSource.Contains))
                .Order(StringComparer.Ordinal)
            : [];
    }

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string FindRoot([CallerFilePath] string thisFile = "")
    {
        string? folder = Path.GetDirectoryName(thisFile);
        while (folder is not null && !File.Exists(Path.Combine(folder, "Cremona.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("The tidy tests run from a build of the checkout.");
    }
}
