namespace Cremona.Server.Chat.Sensitivity;

/// <summary>A list of words of the configuration.</summary>
public sealed class SensitiveWordList
{
    private const long FileBytesMax = 32L << 20;
    private const int WordLengthMax = 100;

    /// <summary>A UTF-8 file, a word or phrase in each line; empty lines and lines that begin with <c># </c> are left
    /// out. A relative path starts in the working folder.</summary>
    public string Path { get; set; } = "";

    /// <summary>1 severe (refused), 2 pornographic, 3 advertising, 4 prohibited, 5 abuse, 6 violence or terror, 7 other
    /// (told in the answer).</summary>
    public int Category { get; set; }

    /// <summary>A GroupId; empty: every group.</summary>
    public string Group { get; set; } = "";

    /// <summary>Look for the words in what is asked.</summary>
    public bool InInput { get; set; } = true;

    /// <summary>Look for the words in what is answered.</summary>
    public bool InOutput { get; set; } = true;

    /// <exception cref="InvalidDataException">The file is too large or has a word that is too long.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal IReadOnlyList<string> ReadWords()
    {
        var file = new FileInfo(Path);
        if (file.Exists && file.Length > FileBytesMax)
        {
            throw new InvalidDataException($"it has more than {FileBytesMax >> 20} MiB");
        }

        List<string> words = [];
        foreach ((int index, string line) in File.ReadLines(Path).Index())
        {
            string word = line.Trim();
            if (word.Length > WordLengthMax)
            {
                throw new InvalidDataException($"line {index + 1} has more than {WordLengthMax} characters");
            }

            if (word.Length > 0 && !line.StartsWith("# ", StringComparison.Ordinal))
            {
                words.Add(word);
            }
        }

        return words;
    }
}
