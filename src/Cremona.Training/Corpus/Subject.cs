namespace Cremona.Training.Corpus;

/// <summary>Who or what a sentence is about, with its forms in both languages.</summary>
/// <param name="Name">As subject: I, you, he, Mira.</param>
/// <param name="Objective">me, you, him, Mira.</param>
/// <param name="Possessive">my, your, his, Mira's; in Chinese the subject with 的 is written by the phrases.</param>
/// <param name="Be">am, are, is.</param>
internal sealed record Subject(WordPair Name, string Objective, string Possessive, string Be)
{
    public static Subject I { get; } = new(new("我", "I"), "me", "my", "am");

    public static Subject You { get; } = new(new("你", "you"), "you", "your", "are");

    public static Subject He { get; } = new(new("他", "he"), "him", "his", "is");

    public static Subject She { get; } = new(new("她", "she"), "her", "her", "is");

    public static Subject It { get; } = new(new("它", "it"), "it", "its", "is");

    public bool IsThird => Be == "is";

    public static Subject Named(WordPair name) => new(name, name.English, name.English + "'s", "is");
}
