using Cremona.Inference.Templates;
using Cremona.Server.Edge;
using Cremona.Server.Models;

namespace Cremona.Server.Chat;

/// <summary>Reads <c>functions</c> and <c>function_call</c> of chatcompletion_pro.</summary>
internal static class CcpFunctions
{
    /// <summary>What the model is offered, or null when it is nothing. An answer is text or one call.</summary>
    /// <exception cref="ApiException">2013: a field is malformed.</exception>
    public static ToolOffer? Find(RequestParameters parameters, ChatEnding ending, int functionsMax)
    {
        RequestParameters choice = parameters.GetObject("function_call");
        string type = choice.FindString("type") ?? "auto";
        if (type is not ("auto" or "specific" or "none"))
        {
            throw ApiException.InvalidParameters("function_call.type must be auto, specific or none");
        }

        IReadOnlyList<RequestParameters> given = ChatFields.FindItems(parameters, "functions");
        if (type == "none")
        {
            return null;
        }

        bool isForced = type == "specific";
        if (given.Count == 0)
        {
            return isForced
                ? throw ApiException.InvalidParameters(
                    "function_call.type specific needs functions; send them or leave it out")
                : null;
        }

        IReadOnlyList<ChatTool> tools = ToolFields.ReadFunctions(given, "functions", functionsMax);
        return new ToolOffer(tools, new ToolCallRules
        {
            AllowsText = !isForced,
            AllowsTextBefore = false,
            AllowsSeveral = false,
            IsContinuation = ending == ChatEnding.ContinueLast,
        })
        {
            ForcedName = isForced
                ? ToolFields.RequireOffered(choice.GetString("name"), tools, "function_call.name", "functions")
                : null,
        };
    }

    /// <summary>The call that a bot's message made; none or one.</summary>
    public static IReadOnlyList<ToolCall> ReadCalls(RequestParameters message)
    {
        RequestParameters call = message.GetObject("function_call");
        return call.Body.EnumerateObject().Any() ? [ToolFields.ReadCall(call, id: null)] : [];
    }
}
