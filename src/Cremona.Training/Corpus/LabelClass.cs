namespace Cremona.Training.Corpus;

/// <summary>A class of texts with the names it may go by.</summary>
/// <param name="Key">Of its texts in the phrase files.</param>
/// <param name="Chinese">Names.</param>
/// <param name="English">Names.</param>
internal sealed record LabelClass(string Key, IReadOnlyList<string> Chinese, IReadOnlyList<string> English)
{
    /// <summary>Reads <c>key = names = names</c>.</summary>
    public static LabelClass Parse(string line)
    {
        string[] parts = line.Split(" = ");
        return new LabelClass(parts[0], parts[1].Split('|'), parts[2].Split('|'));
    }

    public IReadOnlyList<string> NamesIn(Language language) => language == Language.Chinese ? Chinese : English;
}
