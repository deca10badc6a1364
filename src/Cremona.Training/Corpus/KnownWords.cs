using System.Text;

namespace Cremona.Training.Corpus;

/// <summary>The words that some phrases have: letters in a row, or single Chinese characters. A phrase for measuring is
/// put together anew, but of words that training shows: what a word means cannot be guessed.</summary>
internal sealed class KnownWords
{
    // Once or twice is seldom enough to learn a word from.
    private const int PhraseCountMin = 3;

    private readonly Dictionary<string, int> _phraseCounts = [];

    public KnownWords(IEnumerable<string> phrases)
    {
        foreach (string phrase in phrases)
            foreach (string word in WordsOf(phrase).Distinct())
                _phraseCounts[word] = _phraseCounts.GetValueOrDefault(word) + 1;
    }

    /// <summary>Whether at least three phrases have each word of this one.</summary>
    public bool Cover(string phrase) =>
        WordsOf(phrase).All(w => _phraseCounts.GetValueOrDefault(w) >= PhraseCountMin);

    // Slots are no words; all alternatives are.
    private static IEnumerable<string> WordsOf(string phrase)
    {
        var word = new StringBuilder();
        bool isSlot = false;
        foreach (char character in phrase)
        {
            bool isLetter = !isSlot && char.IsLetter(character);
            bool isHan = isLetter && character >= '\u3400';
            if (isLetter && !isHan) word.Append(char.ToLowerInvariant(character));
            else if (word.Length > 0)
            {
                yield return word.ToString();
                word.Clear();
            }

            if (isHan) yield return character.ToString();
            if (character is '{' or '}') isSlot = character == '{';
        }

        if (word.Length > 0) yield return word.ToString();
    }
}
