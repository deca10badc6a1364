using Cremona.Training.Corpus;
using Cremona.Training.Corpus.Skills;

namespace Cremona.Training.Tests.Corpus;

public sealed class CopyTextsTests
{
    private const int SampleCount = 12_000;

    private static readonly Lazy<string> All = new(() => string.Join('\n', Enumerable.Range(0, SampleCount).Select(i =>
        CopyTexts.Any(new Scene(new CorpusRandom(5, i), isHeldApart: false), 20))));

    [Fact]
    public void Texts_HaveEveryPairOfLetters()
    {
        HashSet<(char, char)> met = [.. All.Value.Zip(All.Value.Skip(1))];
        char[] letters = [.. Enumerable.Range('a', 26).Select(c => (char)c)];
        letters.SelectMany(a => letters.Select(b => (a, b))).Where(pair => !met.Contains(pair)).ShouldBeEmpty();
    }

    [Fact]
    public void Texts_HaveEveryKindOfCharacter_ButThoseOfMarkup()
    {
        HashSet<char> met = [.. All.Value];
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,!?:;-+=*/#%&@~^$_'()[]￥，。？！".Except(met).ShouldBeEmpty();
        CommonCharacters.Han.Count(rune => met.Contains((char)rune.Value))
            .ShouldBeGreaterThan(CommonCharacters.Han.Count * 9 / 10);
        "<>|{".Intersect(met).ShouldBeEmpty();
    }

    [Fact]
    public void Texts_NameOnlyCitiesOfTheirSplit()
    {
        string[] lines = All.Value.Split('\n');
        WordPair[] cities = [.. CorpusText.Table("city")];
        cities.Where(c => HeldApart.Contains(c.Chinese)).ShouldAllBe(c => !lines.Contains(c.Chinese));
        cities.Count(c => All.Value.Contains(c.Chinese, StringComparison.Ordinal))
            .ShouldBeGreaterThan(cities.Length / 2);
    }
}
