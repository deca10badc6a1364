using System.Globalization;
using System.Text;
using Cremona.Inference.Templates;
using Microsoft.Extensions.AI;

namespace Cremona.Server.Models;

/// <summary>Functions that a model may, must or must not call in its answer.</summary>
/// <param name="Tools">At least one.</param>
/// <param name="Rules">What an answer may consist of.</param>
public sealed record ToolOffer(IReadOnlyList<ChatTool> Tools, ToolCallRules Rules)
{
    /// <summary>Those that an answer may call; the others are shown only. Null: all.</summary>
    public IReadOnlyCollection<string>? CallableNames { get; init; }

    private ChatTool[] Callable =>
        [.. Tools.Where(tool => CallableNames is null || CallableNames.Contains(tool.Name))];

    /// <summary>The same, but one of the functions is only shown.</summary>
    public ToolOffer Without(string name) =>
        this with { CallableNames = [.. Callable.Select(tool => tool.Name).Where(other => other != name)] };

    /// <summary>Tells a chat client.</summary>
    internal void Tell(EngineChatOptions settings)
    {
        settings.Tools =
        [
            .. Tools.Select(tool =>
                AIFunctionFactory.CreateDeclaration(tool.Name, tool.Description, tool.Parameters, null)),
        ];
        settings.ToolMode = Callable switch
        {
            [] => ChatToolMode.None,
            _ when Rules.AllowsText => ChatToolMode.Auto,
            [{ } only] => ChatToolMode.RequireSpecific(only.Name),
            _ => ChatToolMode.RequireAny,
        };
        settings.AllowMultipleToolCalls = Rules.AllowsSeveral;
        settings.CallsReplaceText = !Rules.AllowsTextBefore;
    }

    /// <summary>The grammar of an answer.</summary>
    /// <param name="form">In which the model writes calls.</param>
    internal GrammarSource ToSource(ToolCallForm form) =>
        new(Key(form), () => ToolCallGrammar.Compile(
            form, Callable, Rules with { ShownNames = [.. Tools.Except(Callable).Select(tool => tool.Name)] }));

    /// <summary>Texts that the answer's calls begin with.</summary>
    internal IReadOnlyList<string> FindBeginnings(ToolCallForm form) =>
        form.BeginningsOf(Callable.Select(tool => tool.Name));

    private string Key(ToolCallForm form)
    {
        var key = new StringBuilder("Tools:");
        key.Append(CultureInfo.InvariantCulture, $"{form}{Rules.AllowsText}{Rules.AllowsTextBefore}");
        key.Append(CultureInfo.InvariantCulture, $"{Rules.AllowsSeveral}{Rules.IsContinuation}");
        key.AppendJoin(' ', Rules.Relaxed.Order()).Append('\n');
        key.Append(Rules.TextSchema?.GetRawText()).Append('\n');
        foreach (ChatTool tool in Callable)
        {
            key.Append(tool.Name).Append(' ').Append(tool.Parameters.GetRawText()).Append('\n');
        }

        return key.AppendJoin(' ', Tools.Select(tool => tool.Name)).ToString();
    }
}
