using Cremona.Inference.Adapters;
using Cremona.Inference.Architectures;
using Cremona.Inference.Checkpoints;
using Cremona.Inference.Kernels;
using Cremona.Inference.Scheduling;
using Cremona.Inference.Templates;
using Cremona.Server.Models;

namespace Cremona.Server.Tests.Models;

/// <summary>A model whose answers are known, so that whole bodies can be compared. The prompt is one token per
/// character: "F:" and the name of each tool, "S:", "U:", "A:" or "T:", the content, calls in brackets, and "|" behind
/// each closed turn.</summary>
public sealed class ScriptedModel : IModelReader, IChatTemplate
{
    public const int ContextTokens = 400;

    /// <summary>A piece that never comes: the engine waits until it is cancelled.</summary>
    public const string Wait = "(wait)";

    /// <summary>A piece that is another one for seeds from 5 on.</summary>
    public const string BySeed = "(seed)";

    private static readonly string Flood = new('x', 100_000);

    private static readonly string[] Call =
    [
        "I look.\n", "<tool_", "call>\n{\"name\": \"get_wea", "ther\", \"arguments\": {\"city\": ", "\"}Rome\"}", "}\n</tool_",
        "call>", "\n<tool_call>\n{\"name\": \"get_time\", \"arguments\": {}}\n</tool_call>",
    ];

    private static readonly string[] Search =
    [
        "<tool_call>\n{\"name\": \"plugin_web_search\", \"arguments\": {\"query_list\": [\"Rome\", \"Oslo & co\"]}}\n</tool_call>",
    ];

    private static readonly string[] Bare = ["{\"na", "me\": \"get_weather\", \"parameters\": {\"city\": ", "\"Rome\"}}"];

    private static readonly string[] Listed =
    [
        "I look.", "[TOOL_CALLS]", "[{\"name\": \"get_weather\", \"arguments\": {\"city\": \"]\"}",
        "}, {\"name\": \"get_time\", \"arguments\": {}}", "]",
    ];

    private static readonly string[] Named =
        ["[TOOL_CALLS]", "get_wea", "ther", "[ARGS]", "{\"city\": \"]\"}", "[TOOL_CALLS]", "get_time", "[ARGS]", "{}"];

    private static readonly string[] Escaped = ["{\"a\": \"\\u59", "29安 x\\", "/y\"}"];

    private static readonly string[] Identified =
    [
        "[TOOL_CALLS]", "get_wea", "ther", "[CALL_ID]", "abcDE", "F123", "[ARGS]", "{\"city\": \"]\"}", "[TOOL_CALLS]", "get_time",
        "[CALL_ID]", "123456789", "[ARGS]", "{}",
    ];

    private static readonly string[] Mention =
    [
        "<tool_call>\n{\"name\": \"mention_something\", \"arguments\": {\"meeting_id\": \"12345\", \"participants\": \"A同学\"}}\n</tool_call>",
    ];

    private static readonly string[] Blank = ["The translated text：", "I am from China."];

    private static readonly string[] Values =
        ["{\n  \"name\":\"月无双\",\n  \"age\":18,\n", "  \"courses\":{\n    \"name\":\"斗气化翼\",\n    \"score\":99.99\n  }\n}"];

    private const string Cited = "Rome is old【0†source】【9†source】【0†source】.";

    private static readonly string[] Pieces =
        [Cited, .. Mention, .. Blank, .. Values, .. Escaped, .. Call, .. Search, .. Bare, .. Listed, .. Named, .. Identified, Flood, "I am ", "from China.", "Write to a", "@b.c", "om now", "la ", "你好", "！", " Hello", "END", " there"];

    private readonly ScriptedTokenizer _tokenizer = new(Pieces);

    public ScriptedModel() => Engine = new ScriptedEngine(_tokenizer, Script);

    public ScriptedEngine Engine { get; }

    public int ReadCount { get; private set; }

    /// <summary>What reading it throws; null unless a test sets it.</summary>
    public Exception? ReadFault { get; set; }

    public IReadOnlyCollection<int> StopTokens => [ScriptedTokenizer.End];

    public LanguageModel ReadModel(string path)
    {
        ReadCount++;
        if (ReadFault is { } fault) throw fault;
        var config = new DecoderConfig
        {
            Architecture = "LlamaForCausalLM",
            VocabularySize = _tokenizer.VocabularySize,
            HiddenSize = 1,
            IntermediateSize = 1,
            LayerCount = 0,
            HeadCount = 1,
            KeyValueHeadCount = 1,
            HeadDimension = 1,
            ContextLength = Context,
        };
        var weights = new DecoderWeights { Config = config, Embedding = [], Layers = [], FinalNorm = [] };
        return new LanguageModel(weights, _tokenizer, this);
    }

    public long MeasureEngine(LanguageModel model, WeightFormat? format) => Engine.WeightBytes;

    public long MeasureAdapter(string folder) => 0;

    public IGenerationEngine StartEngine(LanguageModel model, WeightFormat? format) => Engine;

    public LoraAdapter ReadAdapter(string folder, DecoderConfig config) =>
        new(config, 1, 1, new Dictionary<(int, LinearKind), LoraMatrices>());

    /// <summary>A form whose special tokens are pieces of the scripts.</summary>
    public static ToolCallForm WithSpecials(ToolCallForm form) => form with
    {
        SpecialTokens = new[] { "[TOOL_CALLS]", "[ARGS]", "[CALL_ID]" }.ToDictionary(new ScriptedTokenizer(Pieces).IdOf),
    };

    /// <summary>Tokens of prompt and answer together.</summary>
    public int Context { get; init; } = ContextTokens;

    /// <summary>Null unless a test sets it.</summary>
    public ToolCallForm? ToolCallForm { get; init; }

    public EncodedChat Encode(
        IReadOnlyList<ChatTurn> turns, ChatEnding ending, IReadOnlyList<ChatTool>? tools = null)
    {
        string text = string.Concat((tools ?? []).Select(tool => $"F:{tool.Name}|"));
        text += string.Concat(turns.Select((turn, index) =>
            $"{turn.Role.ToString()[0]}:{turn.Content}"
            + string.Concat(turn.ToolCalls.Select(call => $"[{call.Id}:{call.Name}{call.Arguments.GetRawText()}]"))
            + (ending == ChatEnding.ContinueLast && index == turns.Count - 1 ? "" : "|")));
        if (text.Contains("refuse me", StringComparison.Ordinal)) throw new ChatTemplateException("roles must alternate");
        text += ending == ChatEnding.OpenAssistant ? "A:" : "";
        return new EncodedChat(_tokenizer.Encode(text), new bool[text.Length]);
    }

    private static IEnumerable<string> Script(string prompt)
    {
        if (prompt.Contains("break at once", StringComparison.Ordinal)) throw new IOException("the engine broke");
        if (prompt.Contains("search for ever", StringComparison.Ordinal)) return Search;
        if (prompt.Contains("search me", StringComparison.Ordinal) && !prompt.Contains("|T:", StringComparison.Ordinal))
            return Search;
        if (prompt.Contains("cite me", StringComparison.Ordinal))
            return prompt.Contains("|T:", StringComparison.Ordinal) ? [Cited] : Search;
        if (prompt.Contains("会议", StringComparison.Ordinal) && !prompt.Contains("|T:", StringComparison.Ordinal))
            return Mention;
        if (prompt.Contains("translate", StringComparison.Ordinal)) return Blank;
        if (prompt.Contains("月无双", StringComparison.Ordinal)) return Values;
        if (prompt.Contains("weather and time", StringComparison.Ordinal)) return Call;
        if (prompt.Contains("weather at once", StringComparison.Ordinal)) return Call[1..7];
        if (prompt.Contains("weather cut", StringComparison.Ordinal)) return Call[..4];
        if (prompt.Contains("weather bare", StringComparison.Ordinal)) return Bare;
        if (prompt.Contains("weather listed", StringComparison.Ordinal)) return Listed;
        if (prompt.Contains("weather named", StringComparison.Ordinal)) return Named;
        if (prompt.Contains("escaped", StringComparison.Ordinal)) return Escaped;
        if (prompt.Contains("weather identified", StringComparison.Ordinal)) return Identified;
        if (prompt.Contains("vary", StringComparison.Ordinal)) return [BySeed];
        if (prompt.Contains("flood", StringComparison.Ordinal)) return Enumerable.Repeat(Flood, 300);
        if (prompt.Contains("for ever", StringComparison.Ordinal)) return ["la ", "la ", Wait];
        if (prompt.Contains("wait", StringComparison.Ordinal)) return [Wait];
        if (prompt.Contains("mail", StringComparison.Ordinal)) return ["Write to a", "@b.c", "om now"];
        if (prompt.Contains("greet", StringComparison.Ordinal)) return [" Hello", " there"];
        if (prompt.Contains("sing", StringComparison.Ordinal)) return ["la ", "你好", "！", "la "];
        if (prompt.Contains("stop", StringComparison.Ordinal)) return [" Hello", "END", " there"];
        if (prompt.Contains("你好", StringComparison.Ordinal)) return ["你好", "！"];
        if (prompt.Contains("break soon", StringComparison.Ordinal)) return BreakAfter("I am ");
        if (prompt.Contains("break later", StringComparison.Ordinal)
            || prompt.Contains("break at the end", StringComparison.Ordinal)) return BreakAfter("I am ", "from China.");
        return ["I am ", "from China."];
    }

    private static IEnumerable<string> BreakAfter(params string[] pieces)
    {
        foreach (string piece in pieces) yield return piece;
        throw new IOException("the engine broke");
    }
}
