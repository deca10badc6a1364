using System.Text.Json;
using Cremona.Inference.Grammar;
using Cremona.Inference.Grammar.Vocabulary;
using Cremona.Inference.Templates;
using Cremona.Inference.Tests.Checkpoints;
using Cremona.Inference.Tests.Grammar;
using Cremona.Inference.Tokenizers;

namespace Cremona.Inference.Tests.Templates;

/// <summary>Forms of calls beside nano's and Qwen's: found in templates that write them as Llama-3.2's and Mistral's
/// do, held to by grammars, fed back.</summary>
public sealed class ToolCallFormTests : IDisposable
{
    private const string Llama = """
        {%- for message in messages %}
            {%- if 'tool_calls' in message %}
                {%- if not message.tool_calls|length == 1 %}{{- raise_exception("only single tool-calls at once") }}{%- endif %}
                {%- set tool_call = message.tool_calls[0].function %}
                {{- '<|start_header_id|>assistant<|end_header_id|>\n\n' -}}
                {{- '{"name": "' + tool_call.name + '", ' }}
                {{- '"parameters": ' }}
                {{- tool_call.arguments | tojson }}
                {{- "}" }}
                {{- "<|eot_id|>" }}
            {%- elif message.role == "tool" %}
                {{- "<|start_header_id|>ipython<|end_header_id|>\n\n" + message.content + "<|eot_id|>" }}
            {%- else %}
                {{- '<|start_header_id|>' + message.role + '<|end_header_id|>\n\n' }}
                {{- message.content | trim + '<|eot_id|>' }}
            {%- endif %}
        {%- endfor %}
        {%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{%- endif %}
        """;

    private const string Nemo = """
        {%- for message in messages %}
            {%- if message.role == "user" %}
                {{- "[INST]" + message.content + "[/INST]" }}
            {%- elif message.tool_calls is defined %}
                {{- "[TOOL_CALLS][" }}
                {%- for tool_call in message.tool_calls %}
                    {%- set out = tool_call.function|tojson %}
                    {{- out[:-1] }}
                    {%- if not tool_call.id is defined or tool_call.id|length != 9 %}{{- raise_exception("length 9!") }}{%- endif %}
                    {{- ', "id": "' + tool_call.id + '"}' }}
                    {{- ", " if not loop.last else "]</s>" }}
                {%- endfor %}
            {%- elif message.role == "tool" %}
                {%- if not message.tool_call_id is defined or message.tool_call_id|length != 9 %}{{- raise_exception("length 9!") }}{%- endif %}
                {{- '[TOOL_RESULTS]' + message.content + ' ' + message.tool_call_id + '[/TOOL_RESULTS]' }}
            {%- else %}
                {{- message.content + "</s>" }}
            {%- endif %}
        {%- endfor %}
        """;

    private const string Ministral = """
        {%- for message in messages %}
            {%- if message.role == "user" %}
                {{- "[INST]" + message.content + "[/INST]" }}
            {%- elif message.role == "tool" %}
                {{- "[TOOL_RESULTS]" + message.content + "[/TOOL_RESULTS]" }}
            {%- else %}
                {{- message.content }}
                {%- for tool in message.tool_calls or [] %}
                    {{- '[TOOL_CALLS]' + tool['function']['name'] + '[ARGS]' + tool['function']['arguments']|tojson }}
                {%- endfor %}
                {{- "</s>" }}
            {%- endif %}
        {%- endfor %}
        """;

    private static readonly string Magistral = Ministral.Replace(
        "+ '[ARGS]'", "+ '[CALL_ID]' + tool['id'] + '[ARGS]'", StringComparison.Ordinal);

    private const string Hermes = """
        {%- for message in messages %}
            {{- "[INST]" + message.role + message.content }}
            {%- for tool in message.tool_calls or [] %}
                {{- '<tool_call>\n{"name": "' + tool['function']['name'] + '", "arguments": ' }}
                {{- tool['function']['arguments']|tojson + '}\n</tool_call>' }}
            {%- endfor %}
            {{- "</s>" }}
        {%- endfor %}
        {%- if add_generation_prompt %}{{- "[INST]assistant" }}{%- endif %}
        """;

    private static readonly string[] Special =
    [
        "</s>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "[INST]", "[/INST]", "[TOOL_CALLS]", "[ARGS]",
        "[CALL_ID]",
        "[TOOL_RESULTS]", "[/TOOL_RESULTS]", "</tool_call>",
    ];

    private static readonly ChatTool[] Tools =
    [
        new("f", null, Parse("""{"properties":{"city":{"enum":["Rome","[TOOL_CALLS]"]}},"required":["city"]}""")),
        new("fg", null, Parse("""{"additionalProperties":false}""")),
    ];

    private readonly ScratchFolder _folder = new();
    private readonly ITokenizer _tokenizer;

    public ToolCallFormTests()
    {
        string[] bytes = [.. Enumerable.Range(0, 256).Select(b => ByteLevelAlphabet.ToCharacter((byte)b).ToString())];
        string path = Path.Combine(_folder.Path, "tokenizer.json");
        TokenizerJsonWriter.Write(path, [.. Special, .. bytes], Special.Length, [], [PreTokenizer.QwenPattern]);
        _tokenizer = TokenizerJson.Load(path);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Template_TellsItsForm_ByWritingACall()
    {
        ToolCallForm llama = Load(Llama).ToolCallForm!;
        llama.ShouldBe(ToolCallForm.Bare);
        ToolCallForm nemo = Load(Nemo).ToolCallForm!;
        nemo.BeforeName.ShouldBe(ToolCallForm.Listed.BeforeName);
        (nemo.WantsShortIds, nemo.HasSpecialMarker).ShouldBe((true, true));
        ToolCallForm spaced =
            Load(Nemo.Replace("[TOOL_CALLS][", "[TOOL_CALLS] [", StringComparison.Ordinal)).ToolCallForm!;
        spaced.BeforeName.ShouldBe(ToolCallForm.SpacedList.BeforeName);
        ToolCallForm named = Load(Ministral).ToolCallForm!;
        (named.BeforeArguments, named.WantsShortIds).ShouldBe(("[ARGS]", false));
        named.SpecialTokens.Values.ShouldBe(["[TOOL_CALLS]", "[ARGS]"]);
        ToolCallForm identified = Load(Magistral).ToolCallForm!;
        (identified.BeforeId, identified.WantsShortIds).ShouldBe(("[CALL_ID]", true));
        identified.SpecialTokens.Values.ShouldBe(["[TOOL_CALLS]", "[ARGS]", "[CALL_ID]"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("{% for m in messages %}{{ m.content }}{{ m.tool_calls | tojson if m.tool_calls }}<|eot_id|>{% endfor %}")]
    [InlineData("{% for m in messages %}{{ m.role }} {{ m.content }}{% for c in m.tool_calls or [] %}{\"name\": \"{{ c.function.name }}\", \"parameters\": {{ c.function.arguments | tojson }}}{% endfor %}<|eot_id|>{% endfor %}")]
    [InlineData("{% for m in messages %}{{ m.content + m.nothing.at_all }}<|eot_id|>{% endfor %}")]
    public void Template_WithAnotherForm_HasNone(string jinja) => Load(jinja).ToolCallForm.ShouldBeNull();

    [Theory]
    [InlineData("", true)]
    [InlineData("Some {\"name\": text", true)]
    [InlineData("{\"a\": 1}", true)]
    [InlineData(" {\"name\": 1}", true)]
    [InlineData("{\"name\": ", true)]
    [InlineData("{\"name\": \"Ann\", \"age\": 3}", true)]
    [InlineData("{\"name\": \"f\", \"parameters\": 3}", true)]
    [InlineData("{\"name\": \"f\", \"parameters\": {", false)]
    [InlineData("  {\"name\": \"f\", \"parameters\": {", false)]
    [InlineData(" {\"name\": \"f\", \"parameters\": {\"city\": \"Rome\"}}", true)]
    [InlineData("{\"name\": \"f\", \"parameters\": {\"city\": \"Rome\"}}", true)]
    [InlineData("{\"name\": \"f\", \"parameters\": {\"city\": \"Rome\"}} ", false)]
    [InlineData("{\"name\": \"f\", \"parameters\": {\"city\": \"Oslo\"}}", false)]
    [InlineData("{\"name\": \"fg\", \"parameters\": {}}{\"name\": \"fg\", \"parameters\": {}}", false)]
    [InlineData("{\"name\": \"other\", \"parameters\": {}}", true)]
    [InlineData("{\"name\": \"shown\", \"parameters\": {}}", false)]
    public void Bare_IsTextOrOneCall(string text, bool isAccepted) =>
        Accepts(ToolCallForm.Bare, new ToolCallRules { ShownNames = ["shown"] }, text).ShouldBe(isAccepted);

    [Theory]
    [InlineData("{\"name\": \"Ann\", \"age\": 3}", true)]
    [InlineData("{\"name\": \"fg\", \"parameters\": {}}", true)]
    [InlineData("{\"name\": 3}", false)]
    public void Bare_IsAValueOfTheSchemaOrOneCall(string text, bool isAccepted)
    {
        const string Schema =
            """{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},"required":["name"]}""";
        ToolCallRules rules = new() { AllowsTextBefore = false, TextSchema = Parse(Schema) };
        Accepts(ToolCallForm.Bare, rules, text).ShouldBe(isAccepted);
    }

    [Theory]
    [InlineData("<tool_call>\n{\"name\": \"fg\", \"arguments\": {}}\n<</tool_call>>", true)]
    [InlineData("<tool_call>\n{\"name\": \"fg\", \"arguments\": {}}\n</tool_call>", false)]
    public void Tagged_EndsWithItsToken_WhereThatIsSpecial(string text, bool isAccepted)
    {
        ToolCallForm form = Load(Hermes).ToolCallForm!;
        form.SpecialTokens.Values.ShouldBe(["</tool_call>"]);
        Accepts(form, new ToolCallRules(), text).ShouldBe(isAccepted);
    }

    [Theory]
    [InlineData("Text [TOOL_CALLS] as text", true)]
    [InlineData("I look.<[TOOL_CALLS]>[{\"name\": \"f\", \"arguments\": {\"city\": \"[TOOL_CALLS]\"}}]", true)]
    [InlineData("<[TOOL_CALLS]>[{\"name\": \"fg\", \"arguments\": {}}, {\"name\": \"fg\", \"arguments\": {}}]", true)]
    [InlineData("<[TOOL_CALLS]>[{\"name\": \"fg\", \"arguments\": {}}", false)]
    [InlineData("<[TOOL_CALLS]>[]", false)]
    [InlineData("<[TOOL_CALLS]>[{\"name\": \"f\", \"arguments\": {\"city\": \"<[TOOL_CALLS]>\"}}]", false)]
    [InlineData("<[INST]>", false)]
    public void Listed_BeginsWithItsToken_NotWithItsText(string text, bool isAccepted) =>
        Accepts(Load(Nemo).ToolCallForm!, new ToolCallRules(), text).ShouldBe(isAccepted);

    [Theory]
    [InlineData("<[TOOL_CALLS]>f<[ARGS]>{\"city\": \"Rome\"}<[TOOL_CALLS]>fg<[ARGS]>{}", true)]
    [InlineData("<[TOOL_CALLS]>fg[ARGS]{}", false)]
    [InlineData("<[TOOL_CALLS]>g<[ARGS]>{}", false)]
    [InlineData("text", false)]
    public void Named_IsCallsBehindEachOther_WhereTheyAreRequired(string text, bool isAccepted) =>
        Accepts(Load(Ministral).ToolCallForm!, new ToolCallRules { AllowsText = false }, text).ShouldBe(isAccepted);

    [Theory]
    [InlineData("<[TOOL_CALLS]>fg<[CALL_ID]>abcDEF123<[ARGS]>{}<[TOOL_CALLS]>fg<[CALL_ID]>123456789<[ARGS]>{}", true)]
    [InlineData("<[TOOL_CALLS]>fg<[CALL_ID]>abcDEF12<[ARGS]>{}", false)]
    [InlineData("<[TOOL_CALLS]>fg<[CALL_ID]>abcDEF12-<[ARGS]>{}", false)]
    [InlineData("<[TOOL_CALLS]>fg<[ARGS]>{}", false)]
    public void Identified_HasAnIdBehindEachName(string text, bool isAccepted) =>
        Accepts(Load(Magistral).ToolCallForm!, new ToolCallRules(), text).ShouldBe(isAccepted);

    [Fact]
    public void Masks_AreWhatTheGrammarSaysOfEachToken_WithSpecialTokens()
    {
        foreach (string jinja in new[] { Llama, Nemo, Ministral, Magistral })
        {
            foreach (bool allowsText in new[] { true, false })
            {
                var rules = new ToolCallRules { AllowsText = allowsText };
                var grammar = new TokenGrammar(
                    ToolCallGrammar.Compile(Load(jinja).ToolCallForm!, Tools, rules),
                    new GrammarVocabulary(_tokenizer));
                for (int seed = 1; seed <= 5; seed++) GrammarRun.Walk(grammar, seed, 120, comparesMasks: true);
            }
        }
    }

    [Fact]
    public void Ids_AreMadeShort_WhereTheTemplateWantsThem_TheSameForCallAndResult()
    {
        ChatTurn[] turns =
        [
            new(ChatRole.User, "a"),
            new(ChatRole.Assistant, "")
            {
                ToolCalls = [new("f", Parse("{}"), "call_function_0123456789"), new("fg", Parse("{}"), "123456789"), new("fg", Parse("{}"))],
            },
            new(ChatRole.Tool, "r") { ToolCallId = "call_function_0123456789" },
            new(ChatRole.Tool, "s") { ToolCallId = "123456789" },
            new(ChatRole.Tool, "t"),
        ];

        string text = Render(Nemo, turns);

        string[] ids = [.. text.Split("\"id\": \"").Skip(1).Select(part => part[..9])];
        ids[1].ShouldBe("123456789");
        ids.Distinct().Count().ShouldBe(3);
        text.ShouldEndWith(
            $"<[TOOL_RESULTS]>r {ids[0]}<[/TOOL_RESULTS]><[TOOL_RESULTS]>s {ids[1]}<[/TOOL_RESULTS]><[TOOL_RESULTS]>t {ids[2]}<[/TOOL_RESULTS]>");
        text.ShouldStartWith("<[INST]>a<[/INST]><[TOOL_CALLS]>[{\"name\": \"f\", \"arguments\": {}, \"id\": ");
        Render(Nemo, turns).ShouldBe(text);
    }

    [Fact]
    public void Templates_RefuseWhatTheyCannotWrite()
    {
        ChatTurn call = new(ChatRole.Assistant, "")
        {
            ToolCalls = [new("f", Parse("{}")), new("fg", Parse("{}"))],
        };
        Should.Throw<ChatTemplateException>(() => Render(Llama, [new(ChatRole.User, "a"), call]))
            .Message.ShouldContain("only single tool-calls at once");
    }

    private IChatTemplate Load(string jinja)
    {
        File.WriteAllText(Path.Combine(_folder.Path, "chat_template.jinja"), jinja);
        return ChatTemplates.Load(_folder.Path, _tokenizer);
    }

    private string Render(string jinja, ChatTurn[] turns) => string.Concat(
        Load(jinja).Encode(turns, ChatEnding.OpenAssistant, Tools).Tokens.Select(id =>
            id < Special.Length ? $"<{Special[id]}>" : _tokenizer.Decode([id])));

    /// <summary>Special tokens stand in angle brackets.</summary>
    private bool Accepts(ToolCallForm form, ToolCallRules rules, string text)
    {
        TokenConstraint constraint = new TokenGrammar(
            ToolCallGrammar.Compile(form, Tools, rules), new GrammarVocabulary(_tokenizer)).Start();
        for (int i = 0; i < text.Length; i++)
        {
            string? special = Special.FirstOrDefault(content =>
                text.AsSpan(i).StartsWith($"<{content}>", StringComparison.Ordinal));
            int[] ids = special is null ? _tokenizer.Encode(text[i].ToString()) : [Array.IndexOf(Special, special)];
            if (!ids.All(constraint.TryAccept)) return false;
            if (special is not null) i += special.Length + 1;
        }

        return constraint.MayEnd;
    }

    private static JsonElement Parse(string json) => JsonSerializer.Deserialize<JsonElement>(json);
}
