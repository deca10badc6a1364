using System.Text;
using System.Text.Json;
using Cremona.Inference.Architectures;
using Cremona.Inference.Checkpoints;
using Cremona.Inference.Templates;
using Cremona.Inference.Tokenizers;
using Cremona.Training.Data;

namespace Cremona.Training.Tests.Data;

/// <summary>Rows whose answers call functions.</summary>
public sealed class TrainingToolsTests(SmallLanguage language) : IClassFixture<SmallLanguage>
{
    private const string Weather =
        """{"name":"get_weather","description":"of a city","parameters":{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"},"at":{"$ref":"#/$defs/place"}},"required":["city"],"$defs":{"place":{"type":"object","properties":{"x":{"type":"number"},"y":{"type":"number"}}}}}}""";

    private const string OpenAi = """
        {"tools":[{"type":"function","function":WEATHER}],"messages":[{"role":"user","content":"Oslo?"},{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"get_weather","arguments":"{\"days\":2,\"at\":{\"y\":1.50,\"x\":2},\"city\":\"\\u004fslo\"}"}}]},{"role":"tool","tool_call_id":"a","content":"rain"},{"role":"assistant","content":"It rains."}]}
        """;

    private const string Pro = """
        {"functions":[WEATHER],"bot_setting":[{"bot_name":"","content":""}],"messages":[{"sender_type":"USER","text":"Oslo?"},{"sender_type":"BOT","text":"","function_call":{"name":"get_weather","arguments":{"city":"Oslo","days":2,"at":{"x":2,"y":1.50}}}},{"sender_type":"FUNCTION","sender_name":"f","text":"rain"},{"sender_type":"BOT","text":"It rains."}]}
        """;

    private const string Call =
        "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Oslo\", \"days\": 2, \"at\": {\"x\": 2, \"y\": 1.50}}}\n</tool_call>";

    [Fact]
    public void Row_ShowsItsFunctions_AndLearnsCallAndAnswer()
    {
        TokenizedRow row = Read(OpenAi).Rows.Single();

        ITokenizer tokenizer = language.Tokenizer;
        string[] learned = [.. Spans(row).Select(span => tokenizer.Decode(span))];
        learned.ShouldBe([Call, "It rains."]);
        int end = tokenizer.FindSpecial("<|im_end|>")!.Value;
        Spans(row).Select(span => span[^1]).ShouldBe([end, end]);
        int[] asked = language.Template.Encode(
            [new ChatTurn(ChatRole.User, "Oslo?")], ChatEnding.OpenAssistant,
            [new ChatTool("get_weather", "of a city", JsonElement.Parse(Weather).GetProperty("parameters"))]).Tokens;
        row.Tokens[..asked.Length].ShouldBe(asked);
        row.IsLearned[asked.Length].ShouldBeTrue();
        row.IsLearned[asked.Length - 1].ShouldBeFalse();
    }

    [Fact]
    public void Row_IsTheSame_InTheShapeOfPro() =>
        Read(Pro).Rows.Single().Tokens.ShouldBe(Read(OpenAi).Rows.Single().Tokens);

    [Fact]
    public void Row_IsTheSame_WithFunctionsOfTheFormerShape()
    {
        string former = OpenAi
            .Replace("\"tools\":[{\"type\":\"function\",\"function\":WEATHER}]", "\"functions\":[WEATHER]", StringComparison.Ordinal)
            .Replace("\"tool_calls\":[{\"id\":\"a\",\"type\":\"function\",\"function\":{", "\"function_call\":{", StringComparison.Ordinal)
            .Replace("}\"}}]", "}\"}", StringComparison.Ordinal)
            .Replace("\"role\":\"tool\",\"tool_call_id\":\"a\"", "\"role\":\"function\",\"name\":\"get_weather\"", StringComparison.Ordinal);
        Read(former).Rows.Single().Tokens.ShouldBe(Read(OpenAi).Rows.Single().Tokens);
    }

    [Fact]
    public void Row_DoesNotLearnACall_OfWeightZero()
    {
        string unlearned = OpenAi.Replace("\"content\":null", "\"weight\":0", StringComparison.Ordinal);
        Spans(Read(unlearned).Rows.Single()).Select(span => language.Tokenizer.Decode(span)).ShouldBe(["It rains."]);
    }

    [Theory]
    [InlineData("""{"name":"get_wind","arguments":"{}"}""", "name must be one of the functions that the row offers")]
    [InlineData("""{"arguments":"{}"}""", "name must be a non-empty string")]
    [InlineData("""{"name":"get_weather","arguments":"{"}""", "arguments must be a json object, or the text of one")]
    [InlineData("""{"name":"get_weather","arguments":[]}""", "arguments must be a json object, or the text of one")]
    [InlineData("""{"name":"get_weather","arguments":{"city":"\ud800"}}""", "arguments holds half of a surrogate pair, which is no character")]
    [InlineData("""{"name":"get_weather"}""", "arguments do not meet the parameters of get_weather, which do not allow the end of: {}")]
    [InlineData("""{"name":"get_weather","arguments":{"city":5}}""", "arguments do not meet the parameters of get_weather, which do not allow the end of: {\"city\": 5")]
    [InlineData("""{"name":"get_weather","arguments":{"city":"x","town":"y"}}""", "arguments do not meet the parameters of get_weather, which do not allow the end of: {\"city\": \"x\", \"t")]
    public void Call_IsRefused_WithLineFieldAndReason(string call, string reason)
    {
        string row = $$"""
            {"tools":[{"type":"function","function":{{Weather}}}],"messages":[{"role":"user","content":"x"},{"role":"assistant","tool_calls":[{"type":"function","function":{{call}}}]}]}
            """;
        Read($"{OpenAi}\n{row}").Fault.ShouldBe(
            new TrainingFileFault(2, $"messages[1].tool_calls[0].function.{reason}"));
    }

    [Theory]
    [InlineData("""{"tools":{},"messages":[{"role":"assistant","content":"x"}]}""", "tools must be an array")]
    [InlineData("""{"tools":[{"type":"web_search"}],"messages":[{"role":"assistant","content":"x"}]}""", "tools[0].type must be function, not web_search")]
    [InlineData("""{"tools":[{"function":{"name":"a b"}}],"messages":[{"role":"assistant","content":"x"}]}""", "tools[0].function.name must be 1 to 64 letters, digits, - and _")]
    [InlineData("""{"tools":[{"function":{"name":"plugin_x"}}],"messages":[{"role":"assistant","content":"x"}]}""", "tools[0].function.name must not begin with plugin_")]
    [InlineData("""{"tools":[{"function":{"name":"a"}}],"functions":[{"name":"a"}],"messages":[{"role":"assistant","content":"x"}]}""", "functions[0].name a is the name of another function too")]
    [InlineData("""{"functions":[{"name":"a","parameters":{"type":"object","properties":{"x":{"type":"number","multipleOf":0}}}}],"messages":[{"role":"assistant","content":"x"}]}""", "functions[0].parameters, #/properties/x/multipleOf:")]
    [InlineData("""{"messages":[{"role":"assistant","tool_calls":[{"function":{"name":"a"}}]}]}""", "messages[0].tool_calls[0].function.name must be one of the functions that the row offers")]
    [InlineData("""{"messages":[{"role":"user","content":"x","tool_calls":[{}]}]}""", "messages[0].tool_calls: only an assistant makes calls; leave it out")]
    [InlineData("""{"messages":[{"role":"tool"}]}""", "messages[0].content must be a string")]
    [InlineData("""{"functions":[{"name":"a"}],"messages":[{"sender_type":"BOT","text":"x"}]}""", "functions needs bot_setting; give the row the shape of ChatCompletion Pro")]
    [InlineData("""{"messages":[{"sender_type":"BOT","text":"x","function_call":{"name":"a"}}]}""", "messages[0].function_call: only a BOT of a row with bot_setting makes calls; leave it out")]
    [InlineData("""{"bot_setting":[{}],"messages":[{"sender_type":"bot","text":"x"}]}""", "messages[0].sender_type must be USER, BOT or FUNCTION")]
    public void Row_IsRefused_WithFieldAndReason(string row, string reason)
    {
        TrainingFileFault fault = Read(row).Fault!;
        fault.Line.ShouldBe(1);
        fault.Reason.ShouldStartWith(reason);
    }

    [Fact]
    public void Row_IsRefused_WhereTheModelHasNoFormForCalls() =>
        Read(OpenAi, new Formless(language.Template)).Fault!.Reason.ShouldBe(
            "the row has functions, and the model's chat template has no form for calls; leave them out or use another model");

    [Fact]
    public void Row_MayRelaxKeywords_AsARequestMay()
    {
        const string Row = """
            {"functions":[{"name":"a","parameters":{"type":"object","properties":{"x":{"type":"string","contentEncoding":"base64","unevaluatedItems":1}}}}],"relaxed_keywords":["unevaluatedItems"],"messages":[{"role":"assistant","function_call":{"name":"a","arguments":{"x":"y"}}}]}
            """;
        Read(Row).Fault.ShouldBeNull();
        Read(Row.Replace("\"relaxed_keywords\":[\"unevaluatedItems\"],", "", StringComparison.Ordinal)).Fault!.Reason
            .ShouldStartWith("functions[0].parameters, #/properties/x/unevaluatedItems: this keyword is not supported");
    }

    [Fact]
    public void Rows_WithEverNewFunctions_AreReadInBoundedMemory()
    {
        const long bytesMax = 4 << 20;
        var known = new KnownParameters(bytesMax);
        long largest = 0;
        for (int i = 0; i < 30; i++)
        {
            // Each letter is a state of its own, with a row of 256 numbers.
            string row = """
                {"functions":[{"name":"a","parameters":{"type":"object","properties":{"xN":{"type":"string","maxLength":400}}}}],"messages":[{"role":"assistant","function_call":{"name":"a","arguments":{"xN":"TEXT"}}}]}
                """.Replace("xN", $"x{i}", StringComparison.Ordinal)
                .Replace("TEXT", new string('y', 200), StringComparison.Ordinal);
            using var document = JsonDocument.Parse(row);
            var tools = new RowTools(document.RootElement, known);
            tools.ReadCalls(document.RootElement.GetProperty("messages")[0], "messages[0]").Count.ShouldBe(1);
            largest = Math.Max(largest, known.BytesKept);
        }

        known.Count.ShouldBeInRange(1, 15);
        largest.ShouldBeGreaterThan(bytesMax / 2);
        largest.ShouldBeLessThan(2 * bytesMax); // The last one grows before the others are looked at again.
    }

    [Fact]
    public void RowsOfOneFunction_ShareItsGrammar_AndManyKinds_AreNotAllKept()
    {
        var known = new KnownParameters();
        JsonElement Parameters(int i) => JsonElement.Parse(
            """{"type":"object","properties":{"xN":{}}}""".Replace("xN", $"x{i}", StringComparison.Ordinal));
        ToolArguments first = known.Get(Parameters(0), new HashSet<string>());
        for (int i = 1; i < 400; i++)
        {
            known.Get(Parameters(i), new HashSet<string>());
            known.Get(Parameters(0), new HashSet<string>()).ShouldBe(first);
        }

        known.Count.ShouldBe(256);
    }

    private static IEnumerable<int[]> Spans(TokenizedRow row)
    {
        for (int i = 0; i < row.Tokens.Length; i++)
        {
            if (!row.IsLearned[i]) continue;
            int start = i;
            while (i < row.Tokens.Length && row.IsLearned[i]) i++;
            yield return row.Tokens[start..i];
        }
    }

    private TrainingFileReport Read(string lines, IChatTemplate? template = null)
    {
        var config = new DecoderConfig
        {
            Architecture = "Qwen3ForCausalLM",
            VocabularySize = 1,
            HiddenSize = 1,
            IntermediateSize = 1,
            LayerCount = 0,
            HeadCount = 1,
            KeyValueHeadCount = 1,
            HeadDimension = 2,
            ContextLength = 64,
        };
        var weights = new DecoderWeights { Config = config, Embedding = [0], Layers = [], FinalNorm = [1] };
        var model = new LanguageModel(weights, language.Tokenizer, template ?? language.Template);
        using var stream = new MemoryStream(
            Encoding.UTF8.GetBytes(lines.Replace("WEATHER", Weather, StringComparison.Ordinal)));
        return TrainingFile.Read(stream, model, 1000, TrainingFile.LineBytesMax, CancellationToken.None);
    }

    private sealed class Formless(IChatTemplate template) : IChatTemplate
    {
        public IReadOnlyCollection<int> StopTokens => template.StopTokens;

        public ToolCallForm? ToolCallForm => null;

        public EncodedChat Encode(
            IReadOnlyList<ChatTurn> turns, ChatEnding ending, IReadOnlyList<ChatTool>? tools = null) =>
            throw new NotSupportedException();
    }
}
