using System.Globalization;

namespace Cremona.Training.Corpus;

/// <summary>Invents names, codes and numbers. Every name belongs to one split by its hash, so validation asks for names
/// that training has never shown.</summary>
internal sealed class CorpusNames(CorpusRandom random, bool isHeldApart)
{
    private const string CodeLetters = "ABCDEFGHJKLMNPQRSTUVWXYZ";
    private const int SplitAttemptsMax = 400;

    /// <summary>A person's name as a dialogue in this language would have it.</summary>
    public WordPair Person(Language language) => WordPair.Same(OfSplit(() =>
        language == Language.Chinese == random.Percent(80) ? ChinesePerson() : EnglishPerson()));

    /// <summary>Persons whose names do not hold one another.</summary>
    public WordPair[] People(Language language, int count)
    {
        var people = new List<WordPair>();
        while (people.Count < count)
        {
            WordPair person = Person(language);
            if (!people.Exists(p => Holds(p, person) || Holds(person, p))) people.Add(person);
        }

        return [.. people];
    }

    /// <summary>A pet's or a product's name: short, often invented.</summary>
    public WordPair Pet(Language language) => WordPair.Same(OfSplit(() =>
        language == Language.Chinese ? random.Percent(50) ? Part("nickname") : Han(2) : Invented()));

    /// <summary>The name of a shop, a school or a company, in both languages.</summary>
    public WordPair Thing()
    {
        WordPair kind = random.Pick(CorpusText.Table("kind"));
        if (random.Percent(50))
        {
            WordPair brand = random.Pick(CorpusText.Table("brand"));
            return new WordPair(brand.Chinese + kind.Chinese, $"the {brand.English} {kind.English}");
        }

        return new WordPair(
            OfSplit(() => Han(random.Between(2, 3))) + kind.Chinese, $"the {OfSplit(Invented)} {kind.English}");
    }

    /// <summary>Letters and digits.</summary>
    public string Code()
    {
        string digits = Digits(random.Between(2, 5));
        return random.Next(4) switch
        {
            0 => $"{Letters(1)}{digits}",
            1 => $"{Letters(2)}-{digits}",
            2 => $"{digits}{Letters(1)}",
            _ => digits,
        };
    }

    public string Digits(int count) =>
        string.Concat(Enumerable.Range(0, count).Select(i =>
            random.Between(i == 0 ? 1 : 0, 9).ToString(CultureInfo.InvariantCulture)));

    /// <summary>Everyday characters drawn evenly, so that the model learns to copy each of them.</summary>
    public string Han(int count) =>
        string.Concat(Enumerable.Range(0, count).Select(_ => random.Pick(CommonCharacters.Han).ToString()));

    /// <summary>A name of a file or of a mail box: small letters, now and then with a number.</summary>
    public string Handle()
    {
        string word = OfSplit(Invented).ToLowerInvariant();
        return random.Percent(40) ? word + Digits(random.Between(1, 3)) : word;
    }

    /// <summary>A word that no language has.</summary>
    public string Invented()
    {
        string word = Part("onset") + Part("vowel");
        if (random.Percent(60)) word += Part("coda") + Part("vowel");
        word += random.Percent(50) ? Part("ending") : Part("coda");
        return char.ToUpperInvariant(word[0]) + word[1..];
    }

    private static bool Holds(WordPair name, WordPair part) =>
        name.Chinese.Contains(part.Chinese, StringComparison.Ordinal);

    private string OfSplit(Func<string> make)
    {
        string name = make();
        for (int i = 0; i < SplitAttemptsMax && HeldApart.Contains(name) != isHeldApart; i++) name = make();
        return name;
    }

    private string ChinesePerson() => random.Next(10) switch
    {
        < 3 => Part("nickname"),
        < 7 => Part("surname") + Part("given") + (random.Percent(60) ? Part("given") : ""),
        _ => (random.Percent(60) ? Part("surname") : "") + Han(random.Between(1, 2)),
    };

    private string EnglishPerson() => random.Next(10) switch
    {
        < 4 => Part("english"),
        4 => $"{Part("pinyin")} {Part("pinyin")}",
        5 => $"{Part("english")} {Invented()}",
        _ => Invented(),
    };

    private string Letters(int count) =>
        string.Concat(Enumerable.Range(0, count).Select(_ => CodeLetters[random.Next(CodeLetters.Length)]));

    private string Part(string key) => random.Pick(CorpusText.NameParts(key));
}
