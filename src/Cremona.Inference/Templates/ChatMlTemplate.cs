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
    }

    public IReadOnlyCollection<int> StopTokens { get; }

    public EncodedChat Encode(IReadOnlyList<ChatTurn> turns, ChatEnding ending)
    {
        ArgumentOutOfRangeException.ThrowIfZero(turns.Count);
        var chat = new ChatEncoding(_tokenizer);
        if (_defaultSystem is not null && turns[0].Role != ChatRole.System)
            AddTurn(chat, new ChatTurn(ChatRole.System, _defaultSystem), isOpen: false);

        for (int i = 0; i < turns.Count; i++)
            AddTurn(chat, turns[i], isOpen: ending == ChatEnding.ContinueLast && i == turns.Count - 1);

        if (ending == ChatEnding.OpenAssistant) AddHeader(chat, "assistant");
        return chat.ToChat();
    }

    private void AddTurn(ChatEncoding chat, ChatTurn turn, bool isOpen)
    {
        bool isWrapped = _wrapsTools && turn.Role == ChatRole.Tool;
        AddHeader(chat, isWrapped ? "user" : RoleName(turn.Role));

        bool isLearned = turn.Role == ChatRole.Assistant && turn.IsLearned;
        chat.Add(isWrapped ? $"<tool_response>\n{turn.Content}\n</tool_response>" : turn.Content, isLearned);
        if (isOpen) return;
        chat.Add(_end, isLearned);
        chat.Add("\n");
    }

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
