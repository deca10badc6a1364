using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace Cremona.Inference.Tokenizers;

/// <summary>Normalization form C, which Qwen's tokenizers ask for. Written here because the runtime normalizes nothing
/// in invariant globalization mode, in which Cremona runs so that it needs no system library.</summary>
/// <remarks>Source: Unicode Standard Annex #15, sections 1.3 and 3; Hangul as in the Standard, section 3.12.</remarks>
internal static class CanonicalComposition
{
    private const char FirstThatMayChange = '\u0300'; // no text below it changes

    private const int SyllableBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TailBase = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TailCount = 28;
    private const int SyllableCount = LeadCount * VowelCount * TailCount;

    private static readonly Tables Data = Tables.Load();

    /// <summary>The text in form C.</summary>
    public static string Compose(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange(FirstThatMayChange, char.MaxValue)) return text;

        var runes = new List<int>(text.Length);
        foreach (Rune rune in text.EnumerateRunes()) Decompose(rune.Value, runes);
        Order(runes);
        Recompose(runes);

        var result = new StringBuilder(text.Length);
        foreach (int rune in runes) result.Append(new Rune(rune).ToString());
        return result.ToString();
    }

    private static void Decompose(int rune, List<int> result)
    {
        int syllable = rune - SyllableBase;
        if (syllable is >= 0 and < SyllableCount)
        {
            result.Add(LeadBase + syllable / (VowelCount * TailCount));
            result.Add(VowelBase + syllable % (VowelCount * TailCount) / TailCount);
            if (syllable % TailCount > 0) result.Add(TailBase + syllable % TailCount);
        }
        else if (Data.Parts.TryGetValue(rune, out int[]? parts))
        {
            foreach (int part in parts) Decompose(part, result);
        }
        else
        {
            result.Add(rune);
        }
    }

    // Marks are sorted by class between two starters; equal classes keep their order.
    private static void Order(List<int> runes)
    {
        for (int start = 0; start < runes.Count; start++)
        {
            if (ClassOf(runes[start]) == 0) continue;
            int end = start;
            while (end < runes.Count && ClassOf(runes[end]) != 0) end++;
            int[] sorted = [.. runes[start..end].OrderBy(ClassOf)];
            for (int i = 0; i < sorted.Length; i++) runes[start + i] = sorted[i];
            start = end;
        }
    }

    private static void Recompose(List<int> runes)
    {
        int starter = -1;
        int count = 0;
        int lastClass = 0;
        foreach (int rune in runes.ToArray())
        {
            int ownClass = ClassOf(rune);
            bool isBlocked = starter < 0 || (starter < count - 1 && lastClass >= ownClass);
            if (!isBlocked && Pair(runes[starter], rune) is { } composed)
            {
                runes[starter] = composed;
                continue;
            }

            if (ownClass == 0) starter = count;
            lastClass = ownClass;
            runes[count++] = rune;
        }

        runes.RemoveRange(count, runes.Count - count);
    }

    private static int? Pair(int first, int second)
    {
        int lead = first - LeadBase, vowel = second - VowelBase;
        if (lead is >= 0 and < LeadCount && vowel is >= 0 and < VowelCount)
            return SyllableBase + (lead * VowelCount + vowel) * TailCount;

        int syllable = first - SyllableBase, tail = second - TailBase;
        if (syllable is >= 0 and < SyllableCount && syllable % TailCount == 0
            && tail is > 0 and < TailCount) return first + tail;

        return Data.Pairs.TryGetValue((first, second), out int composed) ? composed : null;
    }

    private static int ClassOf(int rune) => Data.Classes.GetValueOrDefault(rune);

    private sealed record Tables(
        FrozenDictionary<int, int> Classes, FrozenDictionary<int, int[]> Parts, FrozenDictionary<(int, int), int> Pairs)
    {
        public static Tables Load()
        {
            var classes = new Dictionary<int, int>();
            var parts = new Dictionary<int, int[]>();
            var pairs = new Dictionary<(int, int), int>();
            bool isDecomposition = false;
            foreach (string line in ReadLines())
            {
                if (line[0] is '#') continue;
                if (line[0] is '[') isDecomposition = line == "[decomposition]";
                else if (isDecomposition) AddDecomposition(line, parts, pairs);
                else AddClass(line, classes);
            }

            return new Tables(classes.ToFrozenDictionary(), parts.ToFrozenDictionary(), pairs.ToFrozenDictionary());
        }

        private static void AddClass(string line, Dictionary<int, int> classes)
        {
            string[] fields = line.Split(' ');
            for (int rune = Hex(fields[0]); rune <= Hex(fields[1]); rune++)
                classes.Add(rune, int.Parse(fields[2], CultureInfo.InvariantCulture));
        }

        private static void AddDecomposition(
            string line, Dictionary<int, int[]> parts, Dictionary<(int, int), int> pairs)
        {
            bool isExcluded = line.EndsWith('!');
            int[] runes = [.. line.TrimEnd(' ', '!').Split(' ').Select(Hex)];
            parts.Add(runes[0], runes[1..]);
            if (!isExcluded && runes.Length == 3) pairs.Add((runes[1], runes[2]), runes[0]);
        }

        private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

        private static IEnumerable<string> ReadLines()
        {
            const string Resource = "Cremona.Inference.Tokenizers.CanonicalComposition.txt";
            using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)!;
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is { } line) yield return line;
        }
    }
}
