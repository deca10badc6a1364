using Microsoft.Extensions.Options;

namespace Cremona.Server.Chat.Sensitivity;

/// <summary>The words that are looked for in the chats of a group.</summary>
public sealed class SensitiveWords
{
    /// <summary>The category that is refused, not only told.</summary>
    internal const int Severe = 1;

    private readonly Dictionary<string, (WordAutomaton Input, WordAutomaton Output)> _byGroup;
    private readonly (WordAutomaton Input, WordAutomaton Output) _ofOthers;

    public SensitiveWords(IOptions<SensitiveWordsOptions> options)
    {
        (SensitiveWordList List, IReadOnlyList<string> Words)[] lists =
            [.. options.Value.Lists.Select(list => (list, list.ReadWords()))];
        _ofOthers = Build(lists.Where(item => item.List.Group.Length == 0));
        _byGroup = lists.Select(item => item.List.Group).Where(group => group.Length > 0).Distinct().ToDictionary(
            group => group,
            group => Build(lists.Where(item => item.List.Group.Length == 0 || item.List.Group == group)));
    }

    /// <summary>The severest category of the words in a text that is asked; 0 when there is none.</summary>
    internal int FindInInput(string groupId, IEnumerable<string> texts)
    {
        WordAutomaton words = Of(groupId).Input;
        return words.IsEmpty ? 0 : texts.Select(text => Find(words, text)).Aggregate(0, WordAutomaton.Severest);
    }

    /// <summary>The severest category of the words in a text that a model and a caller are both shown; 0 when there is
    /// none.</summary>
    internal int FindInMaterial(string groupId, string text)
    {
        (WordAutomaton input, WordAutomaton output) = Of(groupId);
        return WordAutomaton.Severest(Find(input, text), Find(output, text));
    }

    /// <summary>What is looked for in answers; null when there is nothing.</summary>
    internal WordAutomaton? FindOutputWords(string groupId) =>
        Of(groupId).Output is { IsEmpty: false } words ? words : null;

    private static int Find(WordAutomaton words, string text)
    {
        var scanner = new WordScanner(words);
        scanner.Append(text);
        scanner.Flush();
        return scanner.Category;
    }

    private (WordAutomaton Input, WordAutomaton Output) Of(string groupId) =>
        _byGroup.TryGetValue(groupId, out var own) ? own : _ofOthers;

    private static (WordAutomaton Input, WordAutomaton Output) Build(
        IEnumerable<(SensitiveWordList List, IReadOnlyList<string> Words)> lists)
    {
        var chosen = lists.ToList();
        return (
            new WordAutomaton(Categorised(chosen.Where(item => item.List.InInput))),
            new WordAutomaton(Categorised(chosen.Where(item => item.List.InOutput))));
    }

    private static IEnumerable<(string Word, int Category)> Categorised(
        IEnumerable<(SensitiveWordList List, IReadOnlyList<string> Words)> lists) =>
        lists.SelectMany(item => item.Words, (item, word) => (word, item.List.Category));
}
