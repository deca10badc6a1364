using System.Text.Json;
using Cremona.Inference.Templates.Jinja;
using Cremona.Inference.Templates.Jinja.Values;
using CsCheck;

namespace Cremona.Inference.Tests.Templates.Jinja;

public class JinjaTemplateTests
{
    private static readonly DateTime Day = new(2024, 7, 26, 0, 0, 0, DateTimeKind.Utc);

    public static TheoryData<int> Cases
    {
        get
        {
            using JsonDocument reference = Reference();
            return [.. Enumerable.Range(0, reference.RootElement.GetProperty("cases").GetArrayLength())];
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Render_GivesTheTextOfPython(int index)
    {
        using JsonDocument reference = Reference();
        JsonElement test = reference.RootElement.GetProperty("cases")[index];
        string template = test.GetProperty("template").GetString()!;
        if (test.GetProperty("expected").GetString() is { } expected)
        {
            Render(template, test.GetProperty("variables")).Text.ShouldBe(expected, template);
        }
        else
        {
            Should.Throw<JinjaException>(() => Render(template, test.GetProperty("variables")));
        }
    }

    [Theory]
    [InlineData("{% for %}", "line 1: expected a name")]
    [InlineData("a\n{{ 1 + }}", "line 2: expected a value")]
    [InlineData("{{ 'a }}", "no closing quote")]
    [InlineData("{{ a", "no end }}")]
    [InlineData("{% if a %}", "expected {% endif %}")]
    [InlineData("{% include 'x' %}", "the block include is not supported")]
    [InlineData("{% for x in y recursive %}{% endfor %}", "recursive loops are not supported")]
    [InlineData("{{ a | xmlattr }}", "the filter xmlattr is not supported")]
    [InlineData("{{ a is odder }}", "the test odder is not supported")]
    [InlineData("a\n{{ x | map('uper') }}", "line 2: the filter uper is not supported")]
    [InlineData("{{ x | select('odder') }}", "line 1: the test odder is not supported")]
    [InlineData("{{ x | rejectattr('odder', 'odder') }}", "line 1: the test odder is not supported")]
    [InlineData("{% break %}", "break stands outside of a loop")]
    [InlineData("{{ ) }}", "closes what was not opened")]
    [InlineData("{# a", "a comment has no end")]
    [InlineData("{{ 99999999999999999999 }}", "too large")]
    [InlineData("{% raw %} a", "a raw block has no end")]
    [InlineData("{{ a ! }}", "'!' has no meaning")]
    [InlineData("{{ 1e+ }}", "1e+ is no number")]
    [InlineData("{{ 1e5e5 }}", "1e5e5 is no number")]
    public void Parse_NamesTheFault_WithItsLine(string template, string fault) =>
        Should.Throw<JinjaException>(() => JinjaTemplate.Parse(template)).Message.ShouldContain(fault);

    [Theory]
    [InlineData("{{ x.y }}", "'x' (undefined) has no members")]
    [InlineData("\n\n{{ 'a' + 1 }}", "line 3: '+' is not defined for a text and an integer")]
    [InlineData("{{ raise_exception('no ' ~ 1) }}", "line 1: no 1")]
    [InlineData("{{ [1].append(2) }}", "'append' (undefined) cannot be called")]
    [InlineData("{{ 9223372036854775807 + 1 }}", "too large")]
    [InlineData("{% set x = {} %}{% set x.y = 1 %}", "only members of a namespace can be set")]
    [InlineData("{% for a, b in [[1]] %}{% endfor %}", "1 values cannot be given to 2 names")]
    [InlineData("{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}", "m takes 1 arguments, not 2")]
    [InlineData("{{ range | tojson }}", "a function has no form in JSON")]
    [InlineData("\n{{ [1, 'a'] | sort }}", "line 2: ")]
    [InlineData("{{ {'a': 1, 'b': 'c'} | dictsort(by='value') }}", "have no order")]
    [InlineData("{{ -(-9223372036854775807 - 1) }}", "too large")]
    [InlineData("{{ (-9223372036854775807 - 1) // -1 }}", "too large")]
    [InlineData("\n{{ 'a' | tojson(indnt=1) }}", "line 2: tojson has no parameter indnt")]
    [InlineData("{{ 'a'.strip('a', 'b') }}", "line 1: strip is given more arguments than it takes")]
    [InlineData("{{ 'a' | replace('a', 'b', old='c') }}", "line 1: replace is given old twice")]
    [InlineData("{{ dict(['a']) }}", "line 1: a mapping is made of pairs of a text and a value")]
    [InlineData("{{ [1] | map('odder' ~ '') }}", "line 1: the filter odder is not supported")]
    [InlineData("{{ strftime_now('%Q') }}", "%Q is not supported")]
    public void Render_NamesTheFault_WithItsLine(string template, string fault) =>
        Should.Throw<JinjaException>(() => Render(template)).Message.ShouldContain(fault);

    // Each would take all time or memory of a machine.
    [Theory]
    [InlineData("{% for a in range(1000000) %}{% for b in range(1000000) %}{% endfor %}{% endfor %}", "steps")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "nested deeper")]
    [InlineData("{{ 'aaaaaaaaaa' * 1000000000 }}", "characters of text")]
    [InlineData("{% set ns = namespace(t='a') %}{% for i in range(99) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}", "characters of text")]
    [InlineData("{% set ns = namespace(t=[1]) %}{% for i in range(99) %}{% set ns.t = ns.t + ns.t %}{% endfor %}", "steps")]
    [InlineData("{{ range(100000000000) }}", "at most 1000000")]
    [InlineData("{{ 2 ** 99999999999 }}", "too large")]
    [InlineData("{{ 'a' | indent(99999999) }}", "0 to 1000 is possible")]
    [InlineData("{% set ns = namespace() %}{% set ns.a = ns %}{{ [ns] | tojson }}", "nested deeper")]
    [InlineData("{% for c in 'aaaaaaaaaa' * 200000 %}{% endfor %}", "is taken apart")]
    [InlineData("{% set ns = namespace(a=[], b=[]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% set ns.b = [ns.b, ns.b] %}{% endfor %}{{ ns.a == ns.b }}", "steps")]
    [InlineData("{% set ns = namespace(a=[], b=[]) %}{% for i in range(200000) %}{% set ns.a = [ns.a] %}{% set ns.b = [ns.b] %}{% endfor %}{{ ns.a == ns.b }}", "nested too deep")]
    [InlineData("{% set t = 'a' * 9000000 %}{% set ns = namespace(l=[]) %}{% for i in range(9999) %}{% set ns.l = [ns.l, t[1:]] %}{% endfor %}", "characters of text")]
    [InlineData("{% set t = 'a' * 9000000 %}{% for i in range(9999) %}{% set x = (' ' ~ t) | trim %}{% endfor %}", "characters of text")]
    [InlineData("{% set t = 'a' * 9000000 %}{% for i in range(9999) %}{% set x = t.upper() %}{% endfor %}", "characters of text")]
    [InlineData("{% set t = 'a' * 1000000 %}{% for i in range(9999) %}{% set x = t | list %}{% endfor %}", "characters of text")]
    [InlineData("{{ ('a' * 9000000).split('a') | length }}", "characters of text")]
    [InlineData("{{ ('a ' * 9000000).rsplit(' ') | length }}", "characters of text")]
    [InlineData("{{ ('a' * 9000000).find('a' * 4000000 ~ 'b') }}", "looks through")]
    [InlineData("{{ ('a' * 9000000).strip('b' * 4000000 ~ 'a') }}", "looks through")]
    [InlineData("{{ ('a' * 4000000 ~ 'b') in 'a' * 9000000 }}", "looks through")]
    [InlineData("{{ ('a' * 9000000) | replace('a' * 4000000 ~ 'b', '') }}", "looks through")]
    [InlineData("{% set t = 'a' * 9000000 %}{% set u = 'a' * 9000000 %}{% for i in range(99999) %}{% set x = t == u %}{% endfor %}", "looks through")]
    [InlineData("{% set t = 'a' * 9000000 %}{% for i in range(99999) %}{% set x = t[0] %}{% endfor %}", "looks through")]
    [InlineData("{% set t = 'a' * 9000000 %}{% for i in range(99999) %}{% set x = t is upper %}{% endfor %}", "looks through")]
    [InlineData("{% set t = 'a' * 9000000 %}{% for i in range(99999) %}{% set x = {t: 1} %}{% endfor %}", "looks through")]
    [InlineData("{% set l = range(900000) %}{% for i in range(9999) %}{% set x = l == range(900000) %}{% endfor %}", "steps")]
    [InlineData("{% set l = range(900000) %}{{ l | sort }}", "steps")]
    [InlineData("{{ [1] | batch(2147483647, 0) }}", "steps")]
    [InlineData("{{ strftime_now('%A' * 9000000) }}", "characters of text")]
    public void Render_Ends_WhenATemplateIsHostile(string template, string limit) =>
        Should.Throw<JinjaException>(() => Render(template)).Message.ShouldContain(limit);

    [Fact]
    public void Namespaces_AreEqualToThemselvesOnly() =>
        Render("{% set a = namespace() %}{% set b = namespace(x=a) %}{% set a.x = b %}{{ a == b }} {{ a == a }}").Text
            .ShouldBe("False True");

    [Fact]
    public void Parse_Ends_WhenATemplateIsDeep()
    {
        foreach (string part in (string[])["(", "[", "{% if a %}", "not ", "-", "a[", "f(", "1 if "])
        {
            string template = part[0] == '{' ? string.Concat(Enumerable.Repeat(part, 10_000))
                : "{{ " + string.Concat(Enumerable.Repeat(part, 10_000));
            Should.Throw<JinjaException>(() => JinjaTemplate.Parse(template));
        }
    }

    // Without brackets nothing stops the parser, but the values lie within each other all the same.
    [Theory]
    [InlineData("1 + ")]
    [InlineData("1 or 0 and ")]
    [InlineData("'a' ~ ")]
    public void Render_Ends_WhenAnExpressionIsLong(string part)
    {
        string template = "{{ " + string.Concat(Enumerable.Repeat(part, 20_000)) + "1 }}";
        try
        {
            Render(template);
        }
        catch (JinjaException e)
        {
            e.IsLimit.ShouldBeTrue(e.Message);
        }
    }

    [Fact]
    public void Template_NeverFailsOtherwise_WhenItIsAnyText()
    {
        string[] parts =
        [
            "{{", "}}", "{%", "%}", "{#", "#}", "-", "if", "endif", "for", "in", "endfor", "set", "=", "x", "1", "'", "|",
            "length", "(", ")", "[", "]", ".", ",", " ", "\n", "is", "not", "macro", "endmacro", "a", "{", "}", ":", "~", "raw",
        ];
        Gen.Int[0, parts.Length - 1].Select(i => parts[i]).Array[0, 40].Select(string.Concat).Sample(
            template =>
            {
                try
                {
                    Render(template);
                }
                catch (JinjaException)
                {
                }
            },
            iter: 5000);
    }

    [Fact]
    public void Render_NeverFailsOtherwise_WhateverIsDoneToWhichValues() =>
        Gen.Int[0, 9999].Array[12, 40].Select(tape => new RandomTemplate(tape).Write()).Sample(
            template =>
            {
                try
                {
                    Render(template);
                }
                catch (JinjaException e)
                {
                    e.Line.ShouldBe(1, template);
                }
            },
            iter: 10_000);

    [Fact]
    public void Texts_AreTakenByPlace_AsTheyAreTakenApart() =>
        Render("{{ 'abc'[0] }}{{ 'abc'[-1] }}{{ 'abc'[3] is defined }}{{ 'a😀b'[1] }}{{ 'a😀b'[-1] }}").Text
            .ShouldBe("acFalse😀b");

    [Fact]
    public void Texts_AreTakenUpToWhatIsFoundInThem() =>
        Render("{% set s = '😀a<x>😀' %}{{ s[:s.find('<x>')] }} {{ s[s.rfind('😀'):] }}").Text.ShouldBe("😀a 😀");

    [Fact]
    public void Smallest_IsDivisibleByMinusOne() =>
        Render("{{ (-9223372036854775807 - 1) is divisibleby(-1) }}").Text.ShouldBe("True");

    [Theory]
    [InlineData("{{ t }}", "tttttt")]
    [InlineData("<{{ t | trim }}>", "0tttt0")]
    [InlineData("{{ t[2:4] ~ 'x' }}", "tt0")]
    [InlineData("{{ t.split('b')[0] }}", "tt")]
    [InlineData("{{ t.replace('b', '--') }}", "tt00ttt")]
    [InlineData("{{ t | upper }}{{ 'q'.join([t, t]) }}", "tttttttttttt0tttttt")]
    [InlineData("{{ t | tojson }}", "0tttttt0")]
    [InlineData("{{ {'k': t} | tojson }}", "0000000tttttt00")]
    [InlineData("{% set x %}[{{ t }}]{% endset %}{{ x }}", "0tttttt0")]
    [InlineData("{% macro m(a) %}:{{ a }}{% endmacro %}{{ m(t) }}", "0tttttt")]
    [InlineData("{% for c in t %}{{ c }}.{% endfor %}", "t0t0t0t0t0t0")]
    [InlineData("{{ t | reverse }}{{ [t] }}", "tttttt00tttttt00")]
    public void Render_KeepsWhereCharactersCameFrom(string template, string origins)
    {
        MarkedText text = JinjaTemplate.Parse(template).Render([("t", new MarkedText(" abcd ", 7))], Day);
        string actual = string.Concat(Enumerable.Range(0, text.Length).Select(i => text.OriginAt(i) == 7 ? 't' : '0'));
        actual.ShouldBe(origins, text.Text);
    }

    [Fact]
    public async Task Render_GivesTheTextOfHuggingFace_ForPublishedTemplates()
    {
        NodeOracle.SkipUnlessThere("@huggingface/jinja");
        using JsonDocument reference = Reference();
        JsonElement[] dialogues =
            [.. reference.RootElement.GetProperty("cases").EnumerateArray().Take(2).Select(test => test.GetProperty("variables"))];
        var cases = new List<(string Template, JsonElement Variables)>();
        foreach (string config in Directory.EnumerateFiles(NodeOracle.Modules!, "tokenizer_config.json", SearchOption.AllDirectories))
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(config));
            if (!json.RootElement.TryGetProperty("chat_template", out JsonElement template)) continue;
            if (template.ValueKind != JsonValueKind.String) continue;
            cases.AddRange(dialogues.Select(variables => (template.GetString()!, variables)));
        }

        Assert.SkipWhen(cases.Count == 0, "no package there has a chat_template");
        using var folder = new Checkpoints.ScratchFolder();
        File.WriteAllText(folder.File("cases.json"), JsonSerializer.Serialize(
            cases.Select(test => new { template = test.Template, variables = test.Variables })));
        using JsonDocument answers = await NodeOracle.RunAsync("jinja_reference.mjs", folder.File("cases.json"));
        string?[] texts = answers.Deserialize<string?[]>()!;
        DateTime today = TimeProvider.System.GetLocalNow().DateTime; // what templates that ask for it are told there
        foreach (((string template, JsonElement variables), string? text) in cases.Zip(texts))
        {
            if (text is not null) Render(template, variables, today).Text.ShouldBe(text, template);
            else Should.Throw<JinjaException>(() => Render(template, variables));
        }
    }

    private static MarkedText Render(string template, JsonElement? variables = null, DateTime? now = null)
    {
        IEnumerable<JsonProperty> given = variables?.EnumerateObject() ?? Enumerable.Empty<JsonProperty>();
        return JinjaTemplate.Parse(template).Render(
            given.Select(entry => (entry.Name, JinjaJson.Read(entry.Value, MarkedText.FromOutside))), now ?? Day);
    }

    private static JsonDocument Reference() => JsonDocument.Parse(
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "oracle", "jinja_reference.json")));
}
