using System.Text.RegularExpressions;
using Cremona.Inference.Templates;
using Cremona.Training.Corpus;

namespace Cremona.Training.Tests.Corpus;

public sealed class CorpusGeneratorTests
{
    private const int SampleCount = 6000;
    private const ulong Seed = 7;

    private static readonly Lazy<string[]> Training =
        new(() => [.. Enumerable.Range(0, SampleCount).Select(i => Text(CorpusGenerator.Generate(Seed, i)))]);

    private static readonly Lazy<string[]> Validation =
        new(() => [.. Enumerable.Range(0, SampleCount).Select(i => Text(CorpusGenerator.GenerateValidation(Seed, i)))]);

    [Fact]
    public void Generate_IsTheSame_InAnyOrder()
    {
        string[] backwards = [.. Enumerable.Range(0, 200).Reverse().Select(i =>
            Text(CorpusGenerator.Generate(Seed, i)))];
        backwards.Reverse().ShouldBe(Training.Value[..200]);
    }

    [Fact]
    public void Generate_GivesOtherText_ForOtherSeedsAndIndices()
    {
        Training.Value.Distinct().Count().ShouldBeGreaterThan(SampleCount * 95 / 100);
        Text(CorpusGenerator.Generate(Seed + 1, 0)).ShouldNotBe(Training.Value[0]);
    }

    [Fact]
    public void Generate_WritesWellFormedDialogues()
    {
        for (int i = 0; i < SampleCount; i++)
        {
            IReadOnlyList<ChatTurn> turns = CorpusGenerator.Generate(Seed, i);
            ChatTurn[] spoken = [.. turns.SkipWhile(t => t.Role == ChatRole.System)];
            spoken.Length.ShouldBeGreaterThan(0);
            (spoken.Length % 2).ShouldBe(0, Text(turns));
            spoken[0].Role.ShouldBe(ChatRole.User);
            spoken.Index().ShouldAllBe(t => (t.Item.Role == ChatRole.Assistant) == (t.Index % 2 == 1));
            spoken.Index().Where(t => t.Item.Role == ChatRole.Tool).ShouldAllBe(
                t => spoken[t.Index - 1].Content.StartsWith(ToolText.CallStart, StringComparison.Ordinal));
            turns.ShouldAllBe(t => t.Content.Length > 0);
        }
    }

    [Fact]
    public void Generate_LeavesNoTraceOfItsGrammar() =>
        Training.Value.Select(t => Regex.Replace(t, "</?(tools|tool_call)>", ""))
            .Where(t => Regex.IsMatch(t, @"\{[A-Za-z+-]|<|>|\|")).ShouldBeEmpty();

    [Fact]
    public void Generate_SpeaksBothLanguages()
    {
        double share = Training.Value.Count(t => Regex.IsMatch(t, "[\u4E00-\u9FFF]")) / (double)SampleCount;
        share.ShouldBeInRange(0.45, 0.75);
    }

    [Theory]
    [InlineData("Chinese")]
    [InlineData("English")]
    public void Validation_AsksInForms_ThatTrainingNeverUses(string name)
    {
        Language language = Enum.Parse<Language>(name);
        Regex[] forms = [.. CorpusText.HeldApartForms(language).Where(f =>
            IsTelling(language, f)).Select(AnchoredPattern)];
        forms.Length.ShouldBeGreaterThan(15);
        var training = UserTurns(CorpusGenerator.Generate);
        var validation = UserTurns(CorpusGenerator.GenerateValidation);
        foreach (Regex form in forms) training.ShouldNotContain(t => form.IsMatch(t), form.ToString());
        forms.Count(form => validation.Any(t => form.IsMatch(t))).ShouldBeGreaterThan(forms.Length / 2);
    }

    [Fact]
    public void Validation_NamesCities_ThatTrainingNeverNames()
    {
        WordPair[] apart = [.. CorpusText.Table("city").Where(c => HeldApart.Contains(c.Chinese))];
        apart.Length.ShouldBeGreaterThan(2);
        foreach (WordPair city in apart)
        {
            Training.Value.ShouldNotContain(t => Contains(t, city));
            Validation.Value.ShouldContain(t => Contains(t, city));
        }
    }

    [Fact]
    public void Names_BelongToOneSplit()
    {
        var training = new CorpusNames(new CorpusRandom(1, 1), isHeldApart: false);
        var validation = new CorpusNames(new CorpusRandom(1, 2), isHeldApart: true);
        foreach (Language language in Enum.GetValues<Language>())
        {
            for (int i = 0; i < 500; i++)
            {
                HeldApart.Contains(training.Person(language).Chinese).ShouldBeFalse();
                HeldApart.Contains(validation.Person(language).Chinese).ShouldBeTrue();
            }
        }
    }

    [Fact]
    public void Phrases_HaveTheSameKeys_InBothLanguages()
    {
        string[] keys = [.. CorpusText.Keys(Language.Chinese).Order()];
        keys.ShouldBe(CorpusText.Keys(Language.English).Order());
    }

    private static bool Contains(string text, WordPair word) =>
        text.Contains(word.Chinese, StringComparison.Ordinal)
        || Regex.IsMatch(text, $@"\b{Regex.Escape(word.English)}\b", RegexOptions.CultureInvariant);

    private static List<string> UserTurns(Func<ulong, long, IReadOnlyList<ChatTurn>> generate) =>
        [.. Enumerable.Range(0, SampleCount / 2).SelectMany(i => generate(Seed, i))
            .Where(t => t.Role == ChatRole.User).Select(t => t.Content)];

    // A form that is little more than its slots can be met by chance.
    private static bool IsTelling(Language language, string form) =>
        Regex.Replace(form, @"\{[^}]*\}|<[^>]*>|\([^)]*\)", "").Length >= (language == Language.Chinese ? 6 : 14);

    // Slots and inflected verbs match anything short; the words of the form must be there.
    private static Regex AnchoredPattern(string form)
    {
        string pattern = Regex.Replace(form, @"\{[^}]*\}|<[^>]*>|\([^)]*\)", "\u0001");
        pattern = Regex.Escape(pattern).Replace("\u0001", "[^\n]{0,60}?", StringComparison.Ordinal);
        return new Regex($"^{pattern}$", RegexOptions.CultureInvariant);
    }

    private static string Text(IReadOnlyList<ChatTurn> turns) => string.Join('\n', turns.Select(t => $"{t.Role}: {t.Content}"));
}
