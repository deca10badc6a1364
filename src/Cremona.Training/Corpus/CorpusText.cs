using System.Collections.Frozen;
using System.Reflection;

namespace Cremona.Training.Corpus;

/// <summary>The generator's words and phrases, from the text files beside it.</summary>
internal static class CorpusText
{
    private const int HeldApartFormsMin = 4;
    private const string Folder = "Cremona.Training.Corpus.Text.";

    private static readonly FrozenDictionary<string, string[]> Chinese = Load(FilesIn("zh"));
    private static readonly FrozenDictionary<string, string[]> English = Load(FilesIn("en"));
    private static readonly FrozenDictionary<string, string[]> Names = Load("names");
    private static readonly FrozenDictionary<string, WordPair[]> Words = LoadPairs("words");
    private static readonly FrozenDictionary<string, string[]> KnowledgeLines = Load("knowledge");
    private static readonly FrozenDictionary<(Language, string, bool), string[]> Forms = SplitForms();
    private static readonly FrozenDictionary<(Language, string), string[]> Labels = LoadLabels();

    /// <summary>The keys of all phrases.</summary>
    public static IEnumerable<string> Keys(Language language) =>
        (language == Language.Chinese ? Chinese : English).Keys;

    public static bool HasTable(string table) => Words.ContainsKey(table);

    /// <summary>A table of words.</summary>
    public static IReadOnlyList<WordPair> Table(string table) => Words[table];

    /// <summary>The forms of a phrase that may be used in a split.</summary>
    public static IReadOnlyList<string> FormsOf(Language language, string key, bool isHeldApart) =>
        Forms[(language, key, isHeldApart)];

    /// <summary>The names by which an attribute goes in a profile, the usual one first.</summary>
    public static IReadOnlyList<string> LabelsOf(Language language, string attribute) => Labels[(language, attribute)];

    /// <summary>Parts of names.</summary>
    public static IReadOnlyList<string> NameParts(string key) => Names[key];

    /// <summary>The functions that dialogues call.</summary>
    public static IReadOnlyList<ToolKind> Tools { get; } = [.. Load("tools").Select(t => ToolKind.Parse(t.Key, t.Value))];

    /// <summary>The sets of labels that dialogues sort texts under.</summary>
    public static IReadOnlyList<LabelSet> LabelSets { get; } =
        [.. Load("labels").Select(s => LabelSet.Parse(s.Value))];

    /// <summary>Verbs of invented functions: in names, in Chinese, in English.</summary>
    public static IReadOnlyList<string[]> Verbs { get; } = [.. Load("verbs")["verb"].Select(l => l.Split(' '))];

    /// <summary>Lines of common knowledge, cut at their bars.</summary>
    public static IReadOnlyList<string> Knowledge(string key) => KnowledgeLines[key];

    /// <summary>What only validation asks; for the proof of separation.</summary>
    public static IEnumerable<string> HeldApartForms(Language language) =>
        Keys(language).SelectMany(k => FormsOf(language, k, true).Except(FormsOf(language, k, false)));

    private static bool IsSplit(string key) =>
        key.EndsWith(".ask", StringComparison.Ordinal) || key.EndsWith(".user", StringComparison.Ordinal);

    private static FrozenDictionary<(Language, string, bool), string[]> SplitForms()
    {
        var forms = new Dictionary<(Language, string, bool), string[]>();
        foreach (Language language in Enum.GetValues<Language>())
        {
            FrozenDictionary<string, string[]> phrases = language == Language.Chinese ? Chinese : English;
            var known = new KnownWords(phrases.SelectMany(p => p.Value.Except(HashedApart(p.Key, p.Value))));
            foreach ((string key, string[] all) in phrases)
            {
                string[] apart = ApartOf(key, all, known);
                forms[(language, key, false)] = [.. all.Except(apart)];
                forms[(language, key, true)] = apart.Length > 0 ? apart : all;
            }
        }

        return forms.ToFrozenDictionary();
    }

    // Where the hash chooses none of known words, the last one is taken.
    private static string[] ApartOf(string key, string[] forms, KnownWords known)
    {
        string[] apart = [.. HashedApart(key, forms).Where(known.Cover)];
        if (apart.Length > 0) return apart;
        string[] splittable = Splittable(key, forms);
        return
            [.. splittable.Where(known.Cover).TakeLast(1).DefaultIfEmpty(splittable.LastOrDefault()).OfType<string>()];
    }

    private static IEnumerable<string> HashedApart(string key, string[] forms) =>
        Splittable(key, forms).Where(HeldApart.Contains);

    // The first form is the plainest, which training must have.
    private static string[] Splittable(string key, string[] forms) =>
        IsSplit(key) && forms.Length >= HeldApartFormsMin ? forms[1..] : [];

    private static FrozenDictionary<(Language, string), string[]> LoadLabels()
    {
        var labels = new Dictionary<(Language, string), string[]>();
        foreach (Language language in Enum.GetValues<Language>())
        {
            foreach (string line in (language == Language.Chinese ? Chinese : English)["label"])
            {
                string[] parts = line.Split(' ', 2);
                labels[(language, parts[0])] = parts[1].Split('|');
            }
        }

        return labels.ToFrozenDictionary();
    }

    private static FrozenDictionary<string, WordPair[]> LoadPairs(string file) =>
        Load(file).ToFrozenDictionary(t => t.Key, t => t.Value.Select(ToPair).ToArray());

    private static WordPair ToPair(string line)
    {
        string[] parts = line.Split('|');
        return new WordPair(parts[0], parts[1]);
    }

    private static FrozenDictionary<string, string[]> Load(params string[] files)
    {
        var sections = new Dictionary<string, List<string>>();
        foreach (string file in files)
        {
            List<string> section = [];
            foreach (string line in ReadLines(file))
            {
                if (line.Length == 0 || line[0] == '#') continue;
                if (line[0] == '[') sections.Add(line[1..^1], section = []);
                else section.Add(line.Replace("\\n", "\n", StringComparison.Ordinal));
            }
        }

        // Lists of names stand on one line, parted by spaces; labels and phrases keep their line.
        return sections.ToFrozenDictionary(
            s => s.Key, s => files is ["names"] ? [.. s.Value.SelectMany(l => l.Split(' '))] : s.Value.ToArray());
    }

    // Every file whose name ends in the language.
    private static string[] FilesIn(string language) =>
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(r => r.StartsWith(Folder, StringComparison.Ordinal)
                && r.EndsWith($".{language}.txt", StringComparison.Ordinal))
            .Select(r => r[Folder.Length..^".txt".Length]).Order(StringComparer.Ordinal),
    ];

    private static IEnumerable<string> ReadLines(string file)
    {
        string resource = $"{Folder}{file}.txt";
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The resource {resource} is missing.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line) yield return line;
    }
}
