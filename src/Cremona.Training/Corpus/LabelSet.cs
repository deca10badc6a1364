namespace Cremona.Training.Corpus;

/// <summary>Labels that exclude one another.</summary>
/// <param name="Classes">Two or more.</param>
internal sealed record LabelSet(IReadOnlyList<LabelClass> Classes)
{
    /// <summary>Reads a section of <c>labels.txt</c>.</summary>
    public static LabelSet Parse(IReadOnlyList<string> lines) => new([.. lines.Select(LabelClass.Parse)]);

    /// <summary>A name for each class, mostly those that belong together; English ones written as words, as constants
    /// or as identifiers.</summary>
    public static string[] Names(CorpusRandom random, IReadOnlyList<LabelClass> classes, Language language)
    {
        int column = random.Next(4);
        bool isAligned = random.Percent(65);
        IEnumerable<string> names = classes.Select(c => c.NamesIn(language)).Select(n =>
            isAligned ? n[column % n.Count] : random.Pick(n));
        return language == Language.Chinese ? [.. names] : random.Next(100) switch
        {
            < 50 => [.. names],
            < 65 => [.. names.Select(n => n.ToUpperInvariant().Replace(' ', '_'))],
            < 85 => [.. names.Select(n => n.ToLowerInvariant().Replace(' ', '_'))],
            _ => [.. names.Select(n => char.ToUpperInvariant(n[0]) + n[1..])],
        };
    }
}
