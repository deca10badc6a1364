using System.Text.Json;
using Cremona.Inference.Templates;
using Cremona.Protocol.Errors;
using Cremona.Server.Chat.Sensitivity;
using Cremona.Server.Chat.WebSearch;
using Cremona.Server.Edge;
using Cremona.Server.Models;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Chat;

/// <summary>What stands between a chat and the model: words that are looked for, text that is masked, the web that is
/// searched.</summary>
internal sealed class ChatClients(SensitiveWords words, IWebSearch search, IOptions<WebSearchOptions> webSearch)
{
    /// <summary>The category of sensitive words in the input, 0 for none.</summary>
    /// <exception cref="ApiException">1026: a severe word.</exception>
    public int ScreenInput(ChatCall call)
    {
        IEnumerable<string> tools = (call.Request.Offer?.Tools ?? [])
            .Select(tool => $"{tool.Name}\n{tool.Description}\n{SaidBy(tool.Parameters)}");
        IEnumerable<string> forms = call.Request.Format is { } format ? [TextOf(format)] : [];
        int type = words.FindInInput(
            call.GroupId, call.Request.Turns.SelectMany(TextsOf).Concat(tools).Concat(forms));
        return type != SensitiveWords.Severe
            ? type
            : throw new ApiException(
                ApiError.InputSensitive, ApiErrorCatalogue.Find(ApiError.InputSensitive).DefaultText);
    }

    /// <exception cref="ApiException">2013: the request asks for a plugin that is not configured.</exception>
    public void RequirePlugins(ChatRequest request)
    {
        if (request.SearchesWeb && !search.IsAvailable)
        {
            throw ApiException.InvalidParameters(
                $"{request.SearchField}: {WebSearchPlugin.Name} is not available on this server; set WebSearch:Endpoint to the address "
                + "of a SearXNG server, or leave it out");
        }
    }

    /// <summary>Words are looked for before anything is masked; arguments of calls are for programs and are not
    /// masked.</summary>
    /// <param name="client">The model's.</param>
    /// <param name="isHeld">This server holds the answer to the form that was asked for. What another server answers
    /// where JSON was asked for may be that or plain text: words are looked for in both readings, and its beginning
    /// tells how to mask it.</param>
    /// <param name="closing">The settings of a round that may not search any more; null where the request does not
    /// search.</param>
    public IChatClient Wrap(IChatClient client, ChatCall call, bool isHeld, EngineChatOptions? closing)
    {
        bool asksForJson = call.Request.Format is { Kind: not OutputFormatKind.RawGlyph };
        bool[] isJson = asksForJson ? isHeld ? [true] : [true, false] : [false];
        if (words.FindOutputWords(call.GroupId) is { } found)
        {
            client = isJson.Aggregate(client, (inner, json) => new ScreeningChatClient(inner, found, json));
        }

        if (call.Request.MasksSensitiveText)
        {
            client = new MaskingChatClient(client, isJson.Length == 1 ? isJson[0] : null);
        }

        return closing is null
            ? client
            : new WebSearchChatClient(
                client, search, closing, webSearch.Value.SearchesMax,
                text => words.FindInMaterial(call.GroupId, text));
    }

    private static IEnumerable<string> TextsOf(ChatTurn turn) =>
        turn.ToolCalls.Select(call => $"{call.Name}\n{SaidBy(call.Arguments)}").Prepend(turn.Content);

    private static string TextOf(OutputFormat format) =>
        format.Kind == OutputFormatKind.RawGlyph ? format.Content : JsonUnescaper.Unescape(format.Content);

    private static string SaidBy(JsonElement json) => JsonUnescaper.Unescape(json.GetRawText());
}
