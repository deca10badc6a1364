namespace Cremona.Training.Corpus;

/// <summary>A function that dialogues call: what it may be named, what it does, what it takes.</summary>
/// <param name="Key">Of its requests in the phrase files.</param>
/// <param name="Names">One is chosen for each dialogue.</param>
/// <param name="Does">Its description.</param>
/// <param name="Parameters">In the order of a call.</param>
internal sealed record ToolKind(
    string Key, IReadOnlyList<string> Names, WordPair Does, IReadOnlyList<ToolParameter> Parameters)
{
    /// <summary>Reads a section of <c>tools.txt</c>.</summary>
    public static ToolKind Parse(string key, IReadOnlyList<string> lines)
    {
        string[] names = Rest(lines[0], "name").Split('|');
        string[] does = Rest(lines[1], "does").Split('|');
        return new ToolKind(
            key, names, new WordPair(does[0], does[1]),
            [.. lines.Skip(2).Select(l => ToolParameter.Parse(Rest(l, "param")))]);
    }

    private static string Rest(string line, string word) => line.StartsWith(word + " ", StringComparison.Ordinal)
        ? line[(word.Length + 1)..]
        : throw new InvalidDataException($"tools.txt: \"{line}\" should begin with {word}");
}
