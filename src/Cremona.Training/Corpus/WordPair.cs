namespace Cremona.Training.Corpus;

/// <summary>A word or a phrase in both languages.</summary>
internal sealed record WordPair(string Chinese, string English)
{
    /// <summary>A name or a number, which both languages write alike.</summary>
    public static WordPair Same(string text) => new(text, text);

    public string In(Language language) => language == Language.Chinese ? Chinese : English;
}
