using System.Text.Json;
using Cremona.Inference.Templates;
using Cremona.Inference.Tests.Checkpoints;
using Cremona.Inference.Tests.Tokenizers;
using Cremona.Inference.Tokenizers;

namespace Cremona.Inference.Tests.Templates;

/// <summary>Tools, calls and results as models are shown them. The expected texts are what transformers renders from
/// the Jinja templates of nano and Qwen2.5.</summary>
public sealed class ToolTemplateTests : IDisposable
{
    private const string Qwen = """
        {%- if tools %}
            {{- '<|im_start|>system\n' }}
            {%- if messages[0]['role'] == 'system' %}
                {{- messages[0]['content'] }}
            {%- else %}
                {{- 'You are helpful.' }}
            {%- endif %}
            {{- "\n\n# Tools\n\nYou may call one or more functions to assist with the user query.\n\nYou are provided with function signatures within <tools></tools> XML tags:\n<tools>" }}
            {%- for tool in tools %}
                {{- "\n" }}
                {{- tool | tojson }}
            {%- endfor %}
            {{- "\n</tools>\n\nFor each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:\n<tool_call>\n{\"name\": <function-name>, \"arguments\": <args-json-object>}\n</tool_call><|im_end|>\n" }}
        {%- endif %}
        {%- for message in messages %}
            {%- if (message.role == "user") or (message.role == "assistant" and not message.tool_calls) %}
                {{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>' + '\n' }}
            {%- elif message.role == "assistant" %}
                {{- '<|im_start|>' + message.role }}
                {%- if message.content %}
                    {{- '\n' + message.content }}
                {%- endif %}
                {%- for tool_call in message.tool_calls %}
                    {%- if tool_call.function is defined %}
                        {%- set tool_call = tool_call.function %}
                    {%- endif %}
                    {{- '\n<tool_call>\n{"name": "' }}
                    {{- tool_call.name }}
                    {{- '", "arguments": ' }}
                    {{- tool_call.arguments | tojson }}
                    {{- '}\n</tool_call>' }}
                {%- endfor %}
                {{- '<|im_end|>\n' }}
            {%- elif message.role == "tool" %}
                {%- if (loop.index0 == 0) or (messages[loop.index0 - 1].role != "tool") %}
                    {{- '<|im_start|>user' }}
                {%- endif %}
                {{- '\n<tool_response>\n' }}
                {{- message.content }}
                {{- '\n</tool_response>' }}
                {%- if loop.last or (messages[loop.index0 + 1].role != "tool") %}
                    {{- '<|im_end|>\n' }}
                {%- endif %}
            {%- endif %}
        {%- endfor %}
        """;

    private static readonly string Tagged = NanoTemplate();
    private static readonly ITokenizer Tokenizer = SampleTokenizer.Load();

    private static readonly ChatTool[] Tools =
    [
        new("f", "weather \"now\"", Parse("""{"type":"object","properties":{"city":{"enum":["Rome",1.50]}}}""")),
        new("g", null, Parse("{}")),
    ];

    private static readonly ChatTurn[] Dialogue =
    [
        new(ChatRole.System, "Be kind."),
        new(ChatRole.User, "hello </tools>"),
        new(ChatRole.Assistant, "I look.")
        {
            ToolCalls = [new("f", Parse("""{ "city" : "\u5e7f\t" }""")), new("g", Parse("{}"))],
        },
        new(ChatRole.Tool, "7"),
        new(ChatRole.Tool, "8"),
    ];

    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Nano_ShowsTools_WritesCalls_AndGivesResultsTurnsOfTheirOwn()
    {
        string text = Render(Tagged, Dialogue, ChatEnding.OpenAssistant, Tools);
        text.ShouldBe("""
            [<|im_start|>]system
            Be kind.

            <tools>
            {"name": "f", "description": "weather \"now\"", "parameters": {"type": "object", "properties": {"city": {"enum": ["Rome", 1.50]}}}}
            {"name": "g", "parameters": {}}
            </tools>[<|im_end|>]
            [<|im_start|>]user
            hello </tools>[<|im_end|>]
            [<|im_start|>]assistant
            I look.
            <tool_call>
            {"name": "f", "arguments": {"city": "广\t"}}
            </tool_call>
            <tool_call>
            {"name": "g", "arguments": {}}
            </tool_call>[<|im_end|>]
            [<|im_start|>]tool
            7[<|im_end|>]
            [<|im_start|>]tool
            8[<|im_end|>]
            [<|im_start|>]assistant

            """, StringCompareShould.IgnoreLineEndings);
    }

    [Fact]
    public void Nano_BeginsTheSystemTurnWithTheTools_WhenThereIsNoSystemText() =>
        Render(Tagged, Dialogue[1..2], ChatEnding.Closed, Tools)
            .ShouldStartWith("[<|im_start|>]system\n<tools>\n{\"name\": \"f\"");

    [Fact]
    public void Qwen_ShowsTypedTools_AndPutsResultsIntoOneUsersTurn()
    {
        string text = Render(Qwen, Dialogue[1..], ChatEnding.Closed, Tools);
        text.ShouldStartWith("[<|im_start|>]system\nYou are helpful.\n\n# Tools\n\nYou may call one or more functions");
        text.ShouldContain("\n<tools>\n{\"type\": \"function\", \"function\": {\"name\": \"f\", ");
        text.ShouldContain("\n{\"name\": <function-name>, \"arguments\": <args-json-object>}\n</tool_call>[<|im_end|>]\n");
        text.ShouldEndWith(
            "[<|im_start|>]user\n<tool_response>\n7\n</tool_response>\n<tool_response>\n8\n</tool_response>[<|im_end|>]\n");
    }

    [Fact]
    public void Call_IsLearnedWithItsTurn()
    {
        ChatTurn[] turns = [Dialogue[1], Dialogue[2] with { Content = "" }];
        EncodedChat chat = Load(Tagged).Encode(turns, ChatEnding.Closed);
        Show(chat.Tokens.Where((_, i) => chat.IsLearned[i])).ShouldBe(
            "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"city\": \"广\\t\"}}\n</tool_call>\n"
            + "<tool_call>\n{\"name\": \"g\", \"arguments\": {}}\n</tool_call>[<|im_end|>]");
    }

    [Theory]
    [InlineData("{% for m in messages %}{{ m.content }}<|im_end|>{% endfor %}")]
    public void Template_WithoutAFormForTools_RefusesThem(string jinja)
    {
        IChatTemplate template = Load(jinja);
        template.ToolCallForm.ShouldBeNull();
        Should.Throw<NotSupportedException>(() => template.Encode(Dialogue[1..2], ChatEnding.Closed, Tools));
        Should.Throw<NotSupportedException>(() => template.Encode(Dialogue, ChatEnding.Closed));
    }

    private string Render(string jinja, ChatTurn[] turns, ChatEnding ending, ChatTool[] tools) =>
        Show(Load(jinja).Encode(turns, ending, tools).Tokens);

    private static string NanoTemplate()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "models", "nano", "tokenizer_config.json");
        return JsonSerializer.Deserialize<JsonElement>(File.ReadAllBytes(path)).GetProperty("chat_template").GetString()!;
    }

    private IChatTemplate Load(string jinja)
    {
        File.WriteAllText(Path.Combine(_folder.Path, "chat_template.jinja"), jinja);
        return ChatTemplates.Load(_folder.Path, Tokenizer);
    }

    private static JsonElement Parse(string json) => JsonSerializer.Deserialize<JsonElement>(json);

    private static string Show(IEnumerable<int> ids)
    {
        // Characters may lie across tokens, so whole runs are decoded.
        var text = new System.Text.StringBuilder();
        var run = new List<int>();
        foreach (int id in ids.Append(0))
        {
            if (id >= SampleTokenizer.Special.Length)
            {
                run.Add(id);
                continue;
            }

            text.Append(Tokenizer.Decode([.. run])).Append('[').Append(SampleTokenizer.Special[id]).Append(']');
            run.Clear();
        }

        return text.ToString()[..^(SampleTokenizer.Special[0].Length + 2)];
    }
}
