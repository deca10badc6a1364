using Cremona.Inference.Templates;
using Cremona.Server.Chat.WebSearch;
using Cremona.Server.Edge;
using Cremona.Server.Models;

namespace Cremona.Server.Chat;

/// <summary>Reads <c>functions</c> and <c>function_call</c> of chatcompletion_pro.</summary>
internal static class CcpFunctions
{
    /// <summary>What the model is offered, or null when it is nothing. An answer is text or one call.</summary>
    /// <param name="plugins">Functions that the server calls itself.</param>
    /// <exception cref="ApiException">2013: a field is malformed.</exception>
    public static ToolOffer? Find(
        RequestParameters parameters, IReadOnlyList<ChatTool> plugins, ChatEnding ending, int functionsMax)
    {
        RequestParameters choice = parameters.GetObject("function_call");
        string type = choice.FindString("type") ?? "auto";
        if (type is not ("auto" or "specific" or "none"))
        {
            throw ApiException.InvalidParameters("function_call.type must be auto, specific or none");
        }

        IReadOnlyList<RequestParameters> given = ChatFields.FindItems(parameters, "functions");
        IReadOnlyList<ChatTool> functions =
            type == "none" ? [] : ToolFields.ReadFunctions(given, "functions", functionsMax);
        bool isForced = type == "specific";
        if (isForced && functions.Count == 0)
        {
            throw ApiException.InvalidParameters(
                "function_call.type specific needs functions; send them or leave it out");
        }

        return functions.Count + plugins.Count == 0 ? null : new ToolOffer([.. functions, .. plugins], new ToolCallRules
        {
            AllowsText = !isForced,
            AllowsTextBefore = false,
            AllowsSeveral = false,
            Relaxed = ChatFields.FindRelaxedKeywords(parameters),
            IsContinuation = ending == ChatEnding.ContinueLast,
        })
        {
            CallableNames = isForced
                ? [ToolFields.RequireOffered(choice.GetString("name"), functions, "function_call.name", "functions")]
                : null,
        };
    }

    /// <summary>Whether <c>plugins</c> has the one plugin that there is.</summary>
    /// <exception cref="ApiException">2013: it is malformed or has another.</exception>
    public static bool ReadPlugins(RequestParameters parameters)
    {
        IReadOnlyList<string> plugins = ChatFields.FindTexts(parameters, "plugins");
        return plugins.FirstOrDefault(name => name != WebSearchPlugin.Name) is { } other
            ? throw ApiException.InvalidParameters($"plugins may have {WebSearchPlugin.Name} only, not {other}; leave it out")
            : plugins.Count > 0;
    }

    /// <summary>The call that a bot's message made; none or one.</summary>
    public static IReadOnlyList<ToolCall> ReadCalls(RequestParameters message)
    {
        RequestParameters call = message.GetObject("function_call");
        return call.Body.EnumerateObject().Any() ? [ToolFields.ReadCall(call, id: null)] : [];
    }
}
