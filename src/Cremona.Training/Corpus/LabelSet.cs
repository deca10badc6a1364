namespace Cremona.Training.Corpus;

/// <summary>Labels that exclude one another.</summary>
/// <param name="Classes">Two or more.</param>
internal sealed record LabelSet(IReadOnlyList<LabelClass> Classes)
{
    /// <summary>Reads a section of <c>labels.txt</c>.</summary>
    public static LabelSet Parse(IReadOnlyList<string> lines) => new([.. lines.Select(LabelClass.Parse)]);
}
