using System.Text.Json;
using Cremona.Inference.Tokenizers;

namespace Cremona.Inference.Templates;

/// <summary>Finds in what form a template writes calls, by having it write one.</summary>
/// <param name="render">A dialogue with tools as a model is shown it, asked for an answer; null where the template refuses
/// it.</param>
internal sealed class ToolCallFormFinder(
    Func<IReadOnlyList<ChatTurn>, IReadOnlyList<ChatTool>, string?> render, ITokenizer tokenizer)
{
    private const string Name = "probe";
    private const string LongId = "call_function_0123456789";
    private const string ShortId = "abcDEF123";

    private static readonly ChatTool[] Tools =
        [new(Name, "d", JsonElement.Parse("""{"type": "object", "properties": {}}"""))];

    private static readonly ChatTurn Question = new(ChatRole.User, "a");

    /// <summary>The form, or null when it is none that is known.</summary>
    public ToolCallForm? Find()
    {
        if (Find(LongId) is { } form) return form;
        return Find(ShortId) is { } other ? other with { WantsShortIds = true } : null;
    }

    private ToolCallForm? Find(string id)
    {
        ChatTurn call = new(ChatRole.Assistant, "")
        {
            ToolCalls = [new ToolCall(Name, JsonElement.Parse("""{"x": 1}"""), id)],
        };
        ChatTurn result = new(ChatRole.Tool, "r") { ToolCallId = id };
        string? text = render([Question, call, result], Tools);
        return text is null ? null : ToolCallForm.Known.FirstOrDefault(form => Writes(form, text, id)) is { } found
            ? WithSpecials(found)
            : null;
    }

    private bool Writes(ToolCallForm form, string text, string id)
    {
        string name = form.QuotesName ? $"\"{Name}\"" : Name;
        string told = form.BeforeId is { } before ? before + id : "";
        string call = form.BeforeName + name + told + form.BeforeArguments + """{"x": 1}""";
        int at = text.IndexOf(call, StringComparison.Ordinal);
        if (at < 0) return false;
        string rest = text[(at + call.Length)..];
        string member = $", \"id\": \"{id}\"";
        if (rest.StartsWith(member, StringComparison.Ordinal)) rest = rest[member.Length..];
        return rest.StartsWith(form.AfterArguments + form.AfterCalls, StringComparison.Ordinal)
            && (!form.StandsAlone || render([Question], Tools)?.Length == at);
    }

    private ToolCallForm WithSpecials(ToolCallForm form)
    {
        string[] texts =
        [
            form.BeforeName, form.BeforeId ?? "", form.BeforeArguments, form.AfterArguments, form.BetweenCalls ?? "", form.AfterCalls,
        ];
        AddedToken[] specials = [.. tokenizer.AddedTokens.Where(token => token.IsSpecial
            && texts.Any(text => text.Contains(token.Content, StringComparison.Ordinal)))];
        return specials.Length == 0
            ? form
            : form with { SpecialTokens = specials.ToDictionary(token => token.Id, token => token.Content) };
    }
}
