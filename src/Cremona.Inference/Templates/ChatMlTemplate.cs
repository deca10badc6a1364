using System.Text.RegularExpressions;
using Cremona.Inference.Tokenizers;

namespace Cremona.Inference.Templates;

/// <summary>ChatML: <c>&lt;|im_start|&gt;role\ncontent&lt;|im_end|&gt;\n</c> (Qwen2, Qwen3, nano).</summary>
internal sealed partial class ChatMlTemplate : IChatTemplate
{
    public const string StartMarker = "<|im_start|>";
    private const string EndMarker = "<|im_end|>";
    private const string DocumentEndMarker = "<|endoftext|>";

    private readonly ITokenizer _tokenizer;
    private readonly int _start;
    private readonly int _end;
    private readonly string? _defaultSystem;
    private readonly bool _wrapsTools;
    private readonly ToolListForm _toolList;

    public ChatMlTemplate(ITokenizer tokenizer, string jinja)
    {
        _tokenizer = tokenizer;
        _start = ChatEncoding.Require(tokenizer, StartMarker);
        _end = ChatEncoding.Require(tokenizer, EndMarker);
        StopTokens = tokenizer.FindSpecial(DocumentEndMarker) is { } documentEnd ? [_end, documentEnd] : [_end];

        // Qwen2 writes a system turn of its own where the dialogue has none; Qwen3 and nano do not.
        Match match = DefaultSystem().Match(jinja);
        _defaultSystem = match.Success ? match.Groups[1].Value : null;

        // Qwen2.5 and later give tool results as a user's turn in tags.
        _wrapsTools = jinja.Contains("<tool_response>", StringComparison.Ordinal);
        _toolList = ToolListForm.Of(jinja);
        ToolCallForm = ToolCallForm.Find(jinja);
    }

    public IReadOnlyCollection<int> StopTokens { get; }

    public ToolCallForm? ToolCallForm { get; }

    public EncodedChat Encode(
        IReadOnlyList<ChatTurn> turns, ChatEnding ending, IReadOnlyList<ChatTool>? tools = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(turns.Count);
        turns = WithSystem(turns, tools ?? []);
        if (_wrapsTools) turns = WrapResults(turns);
        var chat = new ChatEncoding(_tokenizer);
        for (int i = 0; i < turns.Count; i++)
            AddTurn(chat, turns[i], isOpen: ending == ChatEnding.ContinueLast && i == turns.Count - 1);

        if (ending == ChatEnding.OpenAssistant) AddHeader(chat, "assistant");
        return chat.ToChat();
    }

    /// <summary>Puts the tools behind the system text, or a system turn of their own at the beginning.</summary>
    private IReadOnlyList<ChatTurn> WithSystem(IReadOnlyList<ChatTurn> turns, IReadOnlyList<ChatTool> tools)
    {
        bool isThere = turns[0].Role == ChatRole.System;
        string? system = isThere ? turns[0].Content : _defaultSystem;
        if (tools.Count > 0)
        {
            RequireToolCallForm();
            system = _toolList.Write(system ?? "", tools);
        }

        return system is null ? turns
            : [new ChatTurn(ChatRole.System, system), .. turns.Skip(isThere ? 1 : 0)];
    }

    /// <summary>Results in tags as a user's turn; those that follow each other stand in one.</summary>
    private static List<ChatTurn> WrapResults(IReadOnlyList<ChatTurn> turns)
    {
        var wrapped = new List<ChatTurn>(turns.Count);
        for (int i = 0; i < turns.Count; i++)
        {
            if (turns[i].Role != ChatRole.Tool)
            {
                wrapped.Add(turns[i]);
                continue;
            }

            string result = $"<tool_response>\n{turns[i].Content}\n</tool_response>";
            if (i > 0 && turns[i - 1].Role == ChatRole.Tool)
                wrapped[^1] = new ChatTurn(ChatRole.User, $"{wrapped[^1].Content}\n{result}");
            else wrapped.Add(new ChatTurn(ChatRole.User, result));
        }

        return wrapped;
    }

    private void AddTurn(ChatEncoding chat, ChatTurn turn, bool isOpen)
    {
        AddHeader(chat, RoleName(turn.Role));
        bool isLearned = turn.Role == ChatRole.Assistant && turn.IsLearned;
        string content = turn.ToolCalls.Count > 0
            ? RequireToolCallForm().Write(turn.Content, turn.ToolCalls)
            : turn.Content;
        chat.Add(content, isLearned);
        if (isOpen) return;
        chat.Add(_end, isLearned);
        chat.Add("\n");
    }

    private ToolCallForm RequireToolCallForm() =>
        ToolCallForm ?? throw new NotSupportedException("the model's chat template has no form for tools");

    private void AddHeader(ChatEncoding chat, string role)
    {
        chat.Add(_start);
        chat.Add(role + "\n");
    }

    private static string RoleName(ChatRole role) => role switch
    {
        ChatRole.System => "system",
        ChatRole.User => "user",
        ChatRole.Assistant => "assistant",
        ChatRole.Tool => "tool",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, null),
    };

    // Jinja writes the line break as \n; the text must be literal up to the end marker.
    [GeneratedRegex(@"<\|im_start\|>system\\n([^<'""{}\\]+)<\|im_end\|>")]
    private static partial Regex DefaultSystem();
}
