namespace Cremona.Training.Corpus;

/// <summary>Decides by a hash of its text whether a name or a question form is kept for validation alone.</summary>
internal static class HeldApart
{
    private const uint Share = 6;

    /// <summary>About one text in six.</summary>
    public static bool Contains(string text)
    {
        uint hash = 2166136261; // FNV-1a
        foreach (char character in text) hash = (hash ^ character) * 16777619;
        hash ^= hash >> 15;
        return hash % Share == 0;
    }
}
