using System.Text.Json;
using Cremona.Inference.Templates.Jinja;
using Cremona.Inference.Tokenizers;

namespace Cremona.Inference.Templates;

/// <summary>The template that a model carries, rendered. One that asks for the date is always given the same day: a
/// dialogue is the same tokens on any day, so that a job which is taken up the day after ends the same.</summary>
internal sealed class JinjaChatTemplate : IChatTemplate
{
    // The day that Llama-3's own templates name where there is no clock.
    private static readonly DateTime Day = new(2024, 7, 26, 0, 0, 0, DateTimeKind.Utc);

    // Tokens that end a document or a message in some family, beside the one that the template closes a turn with.
    private static readonly string[] Ends = ["<|endoftext|>", "<|end_of_text|>", "<|eom_id|>", "</s>"];

    // Dialogues that show what a template writes around turns.
    private static readonly ChatTurn[][] Samples =
    [
        [new(ChatRole.User, "a"), new(ChatRole.Assistant, "b"), new(ChatRole.User, "c")],
        [new(ChatRole.System, "a"), new(ChatRole.User, "b")],
        [new(ChatRole.User, "a"), new(ChatRole.Assistant, "b"), new(ChatRole.Tool, "c")],
        [
            new(ChatRole.User, "a"),
            new(ChatRole.Assistant, "") { ToolCalls = [new("f", JsonElement.Parse("{}"), "call00000")] },
        ],
    ];

    private readonly JinjaTemplate _template;
    private readonly TemplateEncoder _encoder;
    private readonly SpecialTexts _special;
    private readonly HashSet<int> _stops;

    /// <summary>Reads the template and finds how it closes an answer.</summary>
    /// <param name="source">Jinja.</param>
    /// <param name="tokenizer">Of the same model.</param>
    /// <param name="special">Names of special tokens.</param>
    /// <exception cref="InvalidDataException">The template cannot be read, or nothing ends an answer.</exception>
    public JinjaChatTemplate(string source, ITokenizer tokenizer, SpecialTexts special)
    {
        try
        {
            _template = JinjaTemplate.Parse(source);
        }
        catch (JinjaException e)
        {
            throw new InvalidDataException($"the chat template, {e.Message}", e);
        }

        _special = special;
        (HashSet<int> markers, HashSet<int> ofAnswers) = FindMarkers(source, tokenizer);
        _encoder = new TemplateEncoder(tokenizer, markers, ofAnswers);
        ToolCallForm = FindToolCallForm(tokenizer);
        IEnumerable<string> ends = special.End is { } end ? Ends.Prepend(end) : Ends;
        StopTokens = [.. ends.Select(tokenizer.FindSpecial).Prepend(FindTurnEnd()).OfType<int>().Distinct()];
        _stops = [.. StopTokens];
        if (StopTokens.Count == 0)
            throw new InvalidDataException("the chat template closes an answer with no special token, and eos_token is none");
    }

    public IReadOnlyCollection<int> StopTokens { get; }

    public ToolCallForm? ToolCallForm { get; }

    public EncodedChat Encode(
        IReadOnlyList<ChatTurn> turns, ChatEnding ending, IReadOnlyList<ChatTool>? tools = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(turns.Count);
        tools ??= [];
        if (ToolCallForm is null && (tools.Count > 0 || turns.Any(turn => turn.ToolCalls.Count > 0)))
            throw new NotSupportedException("the model's chat template has no form for tools");
        var budget = new JinjaBudget(JinjaLimits.Default); // one for all that is rendered of a dialogue
        try
        {
            return ending switch
            {
                ChatEnding.Closed => EncodeClosed(turns, tools, budget),
                ChatEnding.OpenAssistant => _encoder.Encode(Render(turns, tools, opensAnswer: true, budget), []),
                _ => _encoder.Encode(
                    RenderOpen(turns, tools, budget), [],
                    turns[^1].Role == ChatRole.Assistant ? new HashSet<int> { turns.Count } : null),
            };
        }
        catch (JinjaException e) when (e.IsRaised || e.IsLimit)
        {
            throw new ChatTemplateException(e.Reason, e);
        }
        catch (JinjaException e)
        {
            throw new InvalidDataException($"the chat template, {e.Message}", e);
        }
    }

    private MarkedText Render(
        IReadOnlyList<ChatTurn> turns, IReadOnlyList<ChatTool> tools, bool opensAnswer, JinjaBudget budget)
    {
        IEnumerable<(string, object?)> special = _special.ByName.Select(
            token => (token.Key, (object?)new MarkedText(token.Value)));
        return _template.Render(
            [
                ("messages", TemplateMessages.OfTurns(
                    ToolCallForm is { WantsShortIds: true } ? ShortCallIds.Give(turns) : turns)),
                ("tools", TemplateMessages.OfTools(tools)),
                ("documents", null),
                ("add_generation_prompt", opensAnswer),
                .. special,
            ],
            Day,
            budget);
    }

    /// <summary>Up to the end of what the last turn says, white space that the template took away included.</summary>
    private MarkedText RenderOpen(
        IReadOnlyList<ChatTurn> turns, IReadOnlyList<ChatTool> tools, JinjaBudget budget)
    {
        if (turns[^1].Content.Length == 0) return RenderBegun(turns, tools, budget);
        MarkedText text = Render(turns, tools, opensAnswer: false, budget);
        int end = LastOf(text, turns.Count) + 1;
        if (end == 0) return turns.Count > 1 ? Render([.. turns.SkipLast(1)], tools, opensAnswer: true, budget) : text;
        text = text.Slice(0, end);
        string content = turns[^1].Content;
        string taken = char.IsWhiteSpace(text.Text[^1]) ? "" : content[content.TrimEnd().Length..];
        if (taken.Length == 0) return text;
        return new MarkedTextBuilder(budget).Append(text).Append(taken, turns.Count).ToText();
    }

    /// <summary>Up to where the last turn begins to say something: rendered with a word in its place.</summary>
    private MarkedText RenderBegun(
        IReadOnlyList<ChatTurn> turns, IReadOnlyList<ChatTool> tools, JinjaBudget budget)
    {
        if (turns[^1].Role == ChatRole.Assistant && turns.Count > 1)
            return Render([.. turns.SkipLast(1)], tools, opensAnswer: true, budget);
        ChatTurn begun = turns[^1] with { Content = "x" };
        MarkedText text = Render([.. turns.SkipLast(1), begun], tools, opensAnswer: false, budget);
        return text.Slice(0, Math.Max(0, LastOf(text, turns.Count)));
    }

    private EncodedChat EncodeClosed(
        IReadOnlyList<ChatTurn> turns, IReadOnlyList<ChatTool> tools, JinjaBudget budget)
    {
        MarkedText text = Render(turns, tools, opensAnswer: false, budget);
        var answers = new AnswerFinder(text, turns.Count, _encoder, _stops);
        string prompt = FindPrompt(text.Text, turns, tools, budget);
        var learned = new List<(int, int)>();
        for (int i = 0; i < turns.Count; i++)
        {
            if (turns[i].Role != ChatRole.Assistant || !turns[i].IsLearned) continue;

            // A template without a prompt of its own, as Mistral's, is asked by the turns before alone.
            int start = prompt.Length > 0
                ? answers.BehindPrompt(i, prompt)
                : answers.BehindQuestion(i, FindText([.. turns.Take(i)], tools, budget));
            if (answers.Find(i, start) is { } span) learned.Add(span);
        }

        HashSet<int> answersLearned = [.. Enumerable.Range(1, turns.Count)
            .Where(number => turns[number - 1] is { Role: ChatRole.Assistant, IsLearned: true })];
        return _encoder.Encode(text, learned, answersLearned);
    }

    /// <summary>What the template adds to ask for an answer; empty where it adds nothing, or does more than
    /// adding.</summary>
    private string FindPrompt(
        string closed, IReadOnlyList<ChatTurn> turns, IReadOnlyList<ChatTool> tools, JinjaBudget budget)
    {
        string? open = FindText(turns, tools, budget);
        return open is not null && open.StartsWith(closed, StringComparison.Ordinal) ? open[closed.Length..] : "";
    }

    /// <summary>What a model is shown when it is asked to go on after some turns; null where there are none, or the
    /// template refuses to end there.</summary>
    private string? FindText(IReadOnlyList<ChatTurn> turns, IReadOnlyList<ChatTool> tools, JinjaBudget budget)
    {
        if (turns.Count == 0) return null;
        int depth = budget.Depth;
        try
        {
            return Render(turns, tools, opensAnswer: true, budget).Text;
        }
        catch (JinjaException e) when (!e.IsLimit)
        {
            budget.Depth = depth; // What failed has left nothing.
            return null;
        }
    }

    private ToolCallForm? FindToolCallForm(ITokenizer tokenizer)
    {
        var finder = new ToolCallFormFinder(
            (turns, tools) => FindText(turns, tools, new JinjaBudget(JinjaLimits.Default)), tokenizer);
        try
        {
            return finder.Find();
        }
        catch (JinjaException)
        {
            return null; // It takes too much to write a call.
        }
    }

    /// <summary>The first special token behind an answer.</summary>
    private int? FindTurnEnd()
    {
        if (TryRender(Samples[0], opensAnswer: false) is not { } text) return null;
        int from = LastOf(text, 2) + 1;
        while (_encoder.FindSpecial(text, from) is { } match)
        {
            if (match.Token.IsSpecial) return match.Token.Id;
            from = match.End;
        }

        return null;
    }

    /// <summary>Added tokens that the tokenizer reads from text, but the template knows: in its own letters, or put
    /// together from a role's name. Those that it does not write around turns and calls, but looks for in what is said,
    /// stand within answers. Words and white space mark nothing.</summary>
    private (HashSet<int> All, HashSet<int> OfAnswers) FindMarkers(string source, ITokenizer tokenizer)
    {
        AddedToken[] candidates = [.. tokenizer.AddedTokens.Where(token => !token.IsSpecial
            && token.Content.Any(letter => !char.IsLetterOrDigit(letter) && !char.IsWhiteSpace(letter)))];
        if (candidates.Length == 0) return ([], []);
        HashSet<int> named = [.. candidates
            .Where(token => source.Contains(token.Content, StringComparison.Ordinal)).Select(token => token.Id)];
        HashSet<int> written = [];
        var all = new TemplateEncoder(tokenizer, candidates.Select(token => token.Id).ToHashSet(), written);
        foreach (ChatTurn[] sample in Samples)
        {
            if (TryRender(sample, opensAnswer: true) is not { } text) continue;
            for (int from = 0; all.FindSpecial(text, from) is { } match; from = match.End)
            {
                if (!match.Token.IsSpecial) written.Add(match.Token.Id);
            }
        }

        return ([.. named, .. written], [.. named.Except(written)]);
    }

    /// <summary>A rendered sample, or null where the template wants another dialogue.</summary>
    private MarkedText? TryRender(ChatTurn[] turns, bool opensAnswer)
    {
        try
        {
            return Render(turns, [], opensAnswer, new JinjaBudget(JinjaLimits.Default));
        }
        catch (JinjaException)
        {
            return null;
        }
    }

    private static int LastOf(MarkedText text, int origin)
    {
        for (int i = text.Length - 1; i >= 0; i--)
        {
            if (text.OriginAt(i) == origin) return i;
        }

        return -1;
    }
}
