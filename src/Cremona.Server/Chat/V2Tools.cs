using System.Text.Json;
using Cremona.Inference.Templates;
using Cremona.Server.Chat.WebSearch;
using Cremona.Server.Edge;
using Cremona.Server.Models;

namespace Cremona.Server.Chat;

/// <summary>Reads <c>tools</c>, <c>tool_choice</c> and <c>parallel_tool_calls</c>, and the calls of messages with
/// roles.</summary>
internal static class V2Tools
{
    private const string Function = "function";
    private const string WebSearch = "web_search";

    /// <summary>What the model is offered, or null when it is nothing.</summary>
    /// <param name="format">Of an answer that makes no call.</param>
    /// <exception cref="ApiException">2013: a field is malformed.</exception>
    public static ToolOffer? Find(
        RequestParameters parameters, OutputFormat? format, ChatEnding ending, int toolsMax)
    {
        IReadOnlyList<RequestParameters> given = ChatFields.FindItems(parameters, "tools");
        (string choice, string? name) = ReadChoice(parameters);
        IReadOnlyList<ChatTool> functions = ToolFields.ReadFunctions(
            [.. given.Where(tool => !IsWebSearch(tool)).Select(FunctionOf)], "tools", toolsMax);
        bool searches = name is null && given.Any(IsWebSearch);
        if (searches && choice == "required" && functions.Count == 0)
        {
            throw ApiException.InvalidParameters(
                "tool_choice required needs a tool of type function; send one, or auto");
        }

        IReadOnlyList<ChatTool> tools = searches ? [.. functions, WebSearchPlugin.Tool] : functions;
        if (tools.Count == 0)
        {
            return choice is "none" or "auto"
                ? null
                : throw ApiException.InvalidParameters($"tool_choice {choice} needs tools; send them or leave it out");
        }

        if (choice == "none")
        {
            return null;
        }

        return new ToolOffer(tools, new ToolCallRules
        {
            AllowsText = choice == "auto",
            AllowsTextBefore = format is null && !searches,
            AllowsSeveral = name is null && !searches && (parameters.FindBoolean("parallel_tool_calls") ?? true),
            IsContinuation = ending == ChatEnding.ContinueLast,
            TextSchema = format?.Schema,
            Relaxed = ChatFields.FindRelaxedKeywords(parameters),
        })
        {
            CallableNames = name is null ? null
                : [ToolFields.RequireOffered(name, tools, "tool_choice.function.name", "tools")],
        };
    }

    /// <summary>The calls that an assistant's message made.</summary>
    public static IReadOnlyList<ToolCall> ReadCalls(RequestParameters message) =>
        [.. ChatFields.FindItems(message, "tool_calls").Select(ReadCall)];

    private static ToolCall ReadCall(RequestParameters call)
    {
        if (!IsWebSearch(call)) // the steps of an answer that searched the web are sent back as they came
        {
            RequireFunction(call);
        }

        return ToolFields.ReadCall(call.GetObject(Function), call.FindString("id"));
    }

    private static RequestParameters FunctionOf(RequestParameters tool)
    {
        RequireFunction(tool);
        return tool.FindElement(Function) is null
            ? throw ApiException.Missing(tool.Path + Function)
            : tool.GetObject(Function);
    }

    private static bool IsWebSearch(RequestParameters tool) => tool.FindString("type") == WebSearch;

    private static void RequireFunction(RequestParameters tool)
    {
        if (tool.FindString("type") is { } type and not Function)
        {
            throw ChatFields.NotAvailable($"{tool.Path}type {type}", "send function");
        }
    }

    /// <summary><c>none</c>, <c>auto</c> or <c>required</c>, or the name of the function that is required.</summary>
    private static (string Choice, string? Name) ReadChoice(RequestParameters parameters)
    {
        switch (parameters.FindElement("tool_choice"))
        {
            case null:
                return ("auto", null);
            case { ValueKind: JsonValueKind.Object }:
                RequestParameters choice = parameters.GetObject("tool_choice");
                RequireFunction(choice);
                return ("of a function", choice.GetObject(Function).GetString("name"));
            default:
                string word = parameters.FindString("tool_choice") ?? "auto";
                return word is "none" or "auto" or "required"
                    ? (word, null)
                    : throw ApiException.InvalidParameters(
                        "tool_choice must be none, auto, required or an object that names a function");
        }
    }
}
