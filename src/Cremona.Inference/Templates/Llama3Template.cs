using Cremona.Inference.Tokenizers;

namespace Cremona.Inference.Templates;

/// <summary>Llama-3: <c>&lt;|start_header_id|&gt;role&lt;|end_header_id|&gt;\n\ncontent&lt;|eot_id|&gt;</c>, after one
/// <c>&lt;|begin_of_text|&gt;</c>. The date lines that later templates (3.1 and up) put before the system text are left
/// out: they would make the same dialogue other tokens on another day.</summary>
internal sealed class Llama3Template : IChatTemplate
{
    public const string StartMarker = "<|start_header_id|>";

    private readonly ITokenizer _tokenizer;
    private readonly int _begin;
    private readonly int _headerStart;
    private readonly int _headerEnd;
    private readonly int _turnEnd;
    private readonly string _toolRole;

    public Llama3Template(ITokenizer tokenizer, string jinja)
    {
        _tokenizer = tokenizer;
        _begin = ChatEncoding.Require(tokenizer, "<|begin_of_text|>");
        _headerStart = ChatEncoding.Require(tokenizer, StartMarker);
        _headerEnd = ChatEncoding.Require(tokenizer, "<|end_header_id|>");
        _turnEnd = ChatEncoding.Require(tokenizer, "<|eot_id|>");
        _toolRole = jinja.Contains("ipython", StringComparison.Ordinal) ? "ipython" : "tool";
        int?[] others = [tokenizer.FindSpecial("<|end_of_text|>"), tokenizer.FindSpecial("<|eom_id|>")];
        StopTokens = [_turnEnd, .. others.OfType<int>()];
    }

    public IReadOnlyCollection<int> StopTokens { get; }

    /// <summary>None: the family's later templates write a call as the whole of an answer, without a mark.</summary>
    public ToolCallForm? ToolCallForm => null;

    public EncodedChat Encode(
        IReadOnlyList<ChatTurn> turns, ChatEnding ending, IReadOnlyList<ChatTool>? tools = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(turns.Count);
        if (tools is { Count: > 0 } || turns.Any(turn => turn.ToolCalls.Count > 0))
            throw new NotSupportedException("the model's chat template has no form for tools");
        var chat = new ChatEncoding(_tokenizer);
        chat.Add(_begin);
        for (int i = 0; i < turns.Count; i++)
            AddTurn(chat, turns[i], isOpen: ending == ChatEnding.ContinueLast && i == turns.Count - 1);

        if (ending == ChatEnding.OpenAssistant) AddHeader(chat, "assistant");
        return chat.ToChat();
    }

    private void AddTurn(ChatEncoding chat, ChatTurn turn, bool isOpen)
    {
        AddHeader(chat, RoleName(turn.Role));

        // The family's own template trims what it writes.
        bool isLearned = turn.Role == ChatRole.Assistant && turn.IsLearned;
        chat.Add(isOpen ? turn.Content.TrimStart() : turn.Content.Trim(), isLearned);
        if (!isOpen) chat.Add(_turnEnd, isLearned);
    }

    private void AddHeader(ChatEncoding chat, string role)
    {
        chat.Add(_headerStart);
        chat.Add(role);
        chat.Add(_headerEnd);
        chat.Add("\n\n");
    }

    private string RoleName(ChatRole role) => role switch
    {
        ChatRole.System => "system",
        ChatRole.User => "user",
        ChatRole.Assistant => "assistant",
        ChatRole.Tool => _toolRole,
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, null),
    };
}
