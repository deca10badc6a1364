using System.Text;
using System.Text.Json;
using Cremona.Inference.Grammar;
using Cremona.Inference.Grammar.Glyph;

namespace Cremona.Inference.Tests.Grammar;

public class GlyphTests
{
    [Theory]
    [InlineData("《蒙娜丽莎》是{{gen 'name'}}的画作", "《蒙娜丽莎》是达芬奇的画作", true)]
    [InlineData("《蒙娜丽莎》是{{gen 'name'}}的画作", "《蒙娜丽莎》是的画作", false)]
    [InlineData("《蒙娜丽莎》是{{gen 'name'}}的画作", "《蒙娜丽莎》是达芬奇", false)]
    [InlineData("《蒙娜丽莎》是{{gen 'name'}}的画作", "《蒙娜丽莎》是达芬奇的画作吗", false)]
    [InlineData("西柚的类型为{{select 'type' options=['家电','其他']}}", "西柚的类型为其他", true)]
    [InlineData("西柚的类型为{{select 'type' options=['家电','其他']}}", "西柚的类型为水果", false)]
    [InlineData("{{select 'n' options=['[0-9]+', 'x'] use_regex=true}}!", "42!", true)]
    [InlineData("{{gen 'n' pattern='\\d{2}'}}", "42", true)]
    [InlineData("{{gen 'n' pattern='\\d{2}'}}", "421", false)]
    [InlineData("{{gen 'n' stop='[.。]'}}", "好的", true)]
    [InlineData("{{gen 'n' stop='[.。]'}}", "好的。", false)]
    [InlineData("The translated text：{{gen 'content'}}", "The translated text：hello\nworld", true)]
    [InlineData("it's {{gen \"n\" pattern='it\\'s' temperature=0.5 blank_max_tokens=20}}", "it's it's", true)]
    public void Template_AcceptsExactly(string template, string text, bool isAccepted) =>
        GrammarRun.Accepts(GlyphTemplate.Compile(template), text).ShouldBe(isAccepted);

    [Theory]
    [InlineData("{{gen 'a'", "}} is expected")]
    [InlineData("{{make 'a'}}", "gen or select")]
    [InlineData("{{gen 'a' colour='b'}}", "not known")]
    [InlineData("{{select 'a'}}", "list of options")]
    [InlineData("{{select 'a' options=[]}}", "list of options")]
    [InlineData("{{gen 'a' temperature=2}}", "temperature")]
    [InlineData("{{gen 'a' temperature=NaN}}", "temperature")]
    [InlineData("{{gen 'a' blank_max_tokens=NaN}}", "blank_max_tokens")]
    [InlineData("{{gen 'a' blank_max_tokens=0.5}}", "blank_max_tokens")]
    [InlineData("{{gen 'a' pattern='('}}", "does not end")]
    [InlineData("{{gen 'a' pattern='a' stop='a'}}", "no text matches")]
    public void Template_IsRefused_AndSaysWhy(string template, string reason) =>
        Should.Throw<GrammarException>(() => GlyphTemplate.Compile(template)).Message.ShouldContain(reason);

    [Theory]
    [InlineData("《蒙娜丽莎》是{{gen 'name'}}的画作", "《蒙娜丽莎》是达芬奇的画作", "name=达芬奇")]
    [InlineData("{{gen 'a'}}, {{gen}}, {{gen 'b'}}", "x, y, z, w", "a=x b=z, w")]
    [InlineData("{{gen 'a' pattern='[a-z]+'}}{{gen 'b' pattern='[a-z0-9]+'}}", "abc1", "a=abc b=1")]
    [InlineData("{{select 'a' options=['x','xy']}}{{select 'b' options=['y','z'] use_regex=true}}", "xyz", "a=xy b=z")]
    [InlineData("{{select 'a' options=['x','xy']}}{{select 'b' options=['y','yz']}}", "xyz", "a=x b=yz")]
    [InlineData("{{gen 'a' pattern='[0-9]{8}' blank_max_tokens=2}}.", "123.", "a=123")]
    [InlineData("no blanks", "no blanks", "")]
    [InlineData("是{{gen 'name'}}的画作", "another text", null)]
    public void Blanks_AreReadFromTheAnswer(string template, string answer, string? blanks) =>
        Show(GlyphTemplate.ReadBlanks(template, answer, isCut: false)).ShouldBe(blanks);

    [Theory]
    [InlineData("是{{gen 'name'}}的画{{gen 'rest'}}", "是达芬", "name=达芬")]
    [InlineData("是{{gen 'name'}}的画{{gen 'rest'}}", "是达芬奇的画作", "name=达芬奇 rest=作")]
    [InlineData("long text {{gen 'a'}}", "long", "")]
    [InlineData("{{gen 'n' pattern='[0-9]{4}'}}.", "20", "n=20")]
    public void Blanks_AreReadAsFarAsTheAnswerGoes_WhenItWasCut(string template, string answer, string blanks) =>
        Show(GlyphTemplate.ReadBlanks(template, answer, isCut: true)).ShouldBe(blanks);

    [Fact]
    public void Blanks_OfAHostileTemplate_AreGivenUpInTime()
    {
        string template = string.Concat(Enumerable.Repeat("{{gen 'a' pattern='[a-z]*'}}", 200)) + "!";
        GlyphTemplate.ReadBlanks(template, new string('a', 20_000), isCut: false).ShouldBeNull();
    }

    [Theory]
    [InlineData("<{{gen 'x' pattern='[0-9]{50}' blank_max_tokens=1}}>", "<", "1234", 1)]
    [InlineData("<{{gen 'x' pattern='[0-9]{50}' blank_max_tokens=3}}>", "<", "1234", 3)]
    [InlineData("<{{gen 'x' pattern='[0-9]*' blank_max_tokens=3}}>", "<", "1234", 3)]
    [InlineData("{{gen 'x' pattern='[0-9]{50}' blank_max_tokens=3}}>", "", "1234", 3)]
    [InlineData("<{{gen 'x' pattern='中{9}' blank_max_tokens=1}}>", "<", "中中中", 3)]
    [InlineData("<{{gen 'x' pattern='中{9}' blank_max_tokens=3}}>", "<", "中中中", 3)]
    [InlineData("<{{gen 'x' pattern='中{9}' blank_max_tokens=4}}>", "<", "中中中", 6)]
    [InlineData("<{{gen 'a' pattern='[0-9]{2}' blank_max_tokens=3}}{{gen 'b' pattern='[a-z]{9}' blank_max_tokens=3}}>", "<12", "abcd", 3)]
    [InlineData("<{{gen 'a' pattern='[0-9]{9}' blank_max_tokens=2}}{{gen 'b' pattern='[a-z]*' blank_max_tokens=2}}>", "<12", "abc", 2)]
    public void Blank_IsLeft_AfterItsTokens_BetweenTwoCharacters(
        string template, string before, string inside, int tokens)
    {
        TokenConstraint constraint = new TokenGrammar(GlyphTemplate.Compile(template), Vocabularies.Tiny).Start();

        // The first 256 tokens of the tiny vocabulary are the bytes.
        foreach (byte value in Encoding.UTF8.GetBytes(before)) constraint.TryAccept(value).ShouldBeTrue();
        Encoding.UTF8.GetBytes(inside).TakeWhile(value => constraint.TryAccept(value)).Count().ShouldBe(tokens);
        constraint.TryAccept('>').ShouldBeTrue();
        constraint.IsComplete.ShouldBeTrue();
    }

    [Fact]
    public void Temperature_IsTheBlanks_AlsoWithinACharacter()
    {
        ByteGrammar grammar = GlyphTemplate.Compile("{{gen 'x' pattern='中' temperature=0.5}}.");
        TokenConstraint constraint = new TokenGrammar(grammar, Vocabularies.Tiny).Start();
        foreach (byte value in Encoding.UTF8.GetBytes("中"))
        {
            constraint.Temperature.ShouldBe(0.5f);
            constraint.TryAccept(value).ShouldBeTrue();
        }

        constraint.Temperature.ShouldBeNull();
    }

    [Fact]
    public void ForcedTokens_EndWhereTokensAreCounted()
    {
        ByteGrammar grammar = GlyphTemplate.Compile("a: {{gen 'x' pattern='zyxwv' blank_max_tokens=2}}");
        TokenConstraint constraint = new TokenGrammar(grammar, Vocabularies.Tiny).Start();

        // Tokens that spell text are its bytes; the last one is left open.
        string.Concat(constraint.ForcedTokens().Select(token => (char)token)).ShouldBe("a:");
    }

    private static string? Show(IReadOnlyDictionary<string, string>? blanks) =>
        blanks is null ? null : string.Join(' ', blanks.OrderBy(b => b.Key).Select(b => $"{b.Key}={b.Value}"));

    [Fact]
    public void Values_AreWrittenAsTheDocumentationShowsThem()
    {
        ByteGrammar grammar = Values(
            """{"name":{"type":"string"},"is_student":{"type":"boolean"},"courses":{"type":"object","properties":{"name":{"type":"string"},"score":{"type":"number"}}},"tags":{"type":"array","Items":{"type":"string"}}}""");
        const string Inner = "{\n    \"name\":\"斗气化翼\",\n    \"score\":99.99\n  }";
        GrammarRun.Accepts(grammar, $"{{\n  \"name\":\"月无双\",\n  \"is_student\":true,\n  \"courses\":{Inner},\n  \"tags\":[\"a\",\"b\"]\n}}").ShouldBeTrue();
        GrammarRun.Accepts(grammar, $"{{\n  \"tags\":[],\n  \"courses\":{Inner},\n  \"name\":\"x\",\n  \"is_student\":false\n}}").ShouldBeTrue();
        GrammarRun.Accepts(grammar, $"{{\n  \"tags\":[],\n  \"courses\":{Inner},\n  \"name\":\"x\"\n}}").ShouldBeFalse();
        GrammarRun.Accepts(grammar, $"{{\"name\":\"x\"}}").ShouldBeFalse();
    }

    [Fact]
    public void Values_ComeInTheOrderOfAList()
    {
        ByteGrammar grammar = Values(
            """{"o":{"type":"object","property_list":[{"properties":{"b":{"type":"boolean"}}},{"properties":{"a":{"type":"boolean"}}}]}}""");
        GrammarRun.Accepts(grammar, "{\n  \"o\":{\n    \"b\":true,\n    \"a\":true\n  }\n}").ShouldBeTrue();
        GrammarRun.Accepts(grammar, "{\n  \"o\":{\n    \"a\":true,\n    \"b\":true\n  }\n}").ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{"a":{"type":"date"}}""", "json_properties.a")]
    [InlineData("""{"a":{"type":"array"}}""", "needs items")]
    [InlineData("""{"a":{"type":"object"}}""", "properties or a property_list")]
    [InlineData("[]", "must be an object")]
    [InlineData("""{"\ud800":{"type":"string"}}""", "no Unicode")]
    public void Values_AreRefused_AndSayWhy(string properties, string reason) =>
        Should.Throw<GrammarException>(() => Values(properties)).Message.ShouldContain(reason);

    private static ByteGrammar Values(string properties)
    {
        using JsonDocument document = JsonDocument.Parse(properties);
        return GlyphValues.Compile(document.RootElement);
    }
}
