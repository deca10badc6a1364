using System.Text;

namespace Cremona.Training.Corpus;

/// <summary>The small grammar of the phrase files: <c>(a|b)</c> chooses, <c>&lt;x|y&gt;</c> inflects an English verb,
/// <c>{slot}</c> is filled, <c>{a slot}</c> with its article before it.</summary>
internal static class PhraseGrammar
{
    /// <summary>Chooses among the alternatives of a phrase.</summary>
    public static string Choose(string phrase, CorpusRandom random)
    {
        int open = phrase.IndexOf('(', StringComparison.Ordinal);
        if (open < 0) return phrase;
        int close = phrase.IndexOf(')', open);
        string choice = random.Pick(phrase[(open + 1)..close].Split('|'));
        return Choose(phrase[..open] + choice + phrase[(close + 1)..], random);
    }

    /// <summary>Puts the English verbs of a phrase into the subject's form.</summary>
    public static string Inflect(string phrase, Subject subject)
    {
        int open = phrase.IndexOf('<', StringComparison.Ordinal);
        if (open < 0) return phrase;
        int close = phrase.IndexOf('>', open);
        string[] verb = phrase[(open + 1)..close].Split('|');
        string form = verb[0] switch
        {
            "be" => subject.Be,
            "do" => subject.IsThird ? "does" : "do",
            "have" => subject.IsThird ? "has" : "have",
            _ => subject.IsThird ? verb[1] : verb[0],
        };
        return Inflect(phrase[..open] + form + phrase[(close + 1)..], subject);
    }

    /// <summary>Fills the slots.</summary>
    /// <param name="phrase">Alternatives chosen, verbs inflected.</param>
    /// <param name="valueOf">The text of a slot in the phrase's language.</param>
    /// <param name="capitalizes">A slot at the beginning is written with a capital letter.</param>
    public static string Fill(string phrase, Func<string, string> valueOf, bool capitalizes)
    {
        var text = new StringBuilder(phrase.Length * 2);
        int position = 0;
        while (phrase.IndexOf('{', position) is >= 0 and int open)
        {
            int close = phrase.IndexOf('}', open);
            string slot = phrase[(open + 1)..close];
            text.Append(phrase, position, open - position);
            text.Append(slot[0] is 'a' or 'A' && slot.Length > 1 && slot[1] == ' '
                ? WithArticle(slot[0], valueOf(slot[2..])) : valueOf(slot));
            position = close + 1;
        }

        text.Append(phrase, position, phrase.Length - position);
        if (capitalizes && phrase.StartsWith('{') && text.Length > 0) text[0] = char.ToUpperInvariant(text[0]);
        return text.ToString();
    }

    private static string WithArticle(char article, string word) =>
        word.Length > 0 && "aeiouAEIOU".Contains(word[0], StringComparison.Ordinal) ? $"{article}n {word}" : $"{article} {word}";
}
