using Cremona.Protocol.Errors;
using Cremona.Server.Edge;
using Cremona.Server.Edge.Pipeline;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Chat;

/// <summary>The three chat interfaces and the OpenAI-shaped one.</summary>
public static class ChatEndpoints
{
    public static RouteGroupBuilder MapChat(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/v1");
        group.MapPost("/text/chatcompletion", PostCcAsync)
            .WithName("chatcompletion").WithSummary("Chat between two sides with a prompt");
        group.MapPost("/text/chatcompletion_pro", PostCcpAsync)
            .WithName("chatcompletion_pro").WithSummary("Chat between named bots and users");
        group.MapPost("/text/chatcompletion_v2", PostV2Async)
            .WithName("chatcompletion_v2").WithSummary("Chat with roles");
        group.MapPost("/chat/completions", PostCompletionsAsync).OpenAIShaped()
            .WithName("chat_completions").WithSummary("Chat with roles, in OpenAI's shape");
        return group;
    }

    private static Task PostCcAsync(
        HttpContext http, Caller caller, RequestParameters parameters, ChatService chat,
        IOptions<ChatOptions> options) =>
        AnswerAsync(http, caller, parameters, chat, new CcWire(options.Value));

    private static Task PostCcpAsync(
        HttpContext http, Caller caller, RequestParameters parameters, ChatService chat,
        IOptions<ChatOptions> options) =>
        AnswerAsync(http, caller, parameters, chat, new CcpWire(options.Value));

    private static Task PostV2Async(
        HttpContext http, Caller caller, RequestParameters parameters, ChatService chat,
        IOptions<ChatOptions> options) =>
        AnswerAsync(http, caller, parameters, chat, new V2Wire(options.Value, isAlias: false));

    private static Task PostCompletionsAsync(
        HttpContext http, Caller caller, RequestParameters parameters, ChatService chat,
        IOptions<ChatOptions> options) =>
        AnswerAsync(http, caller, parameters, chat, new V2Wire(options.Value, isAlias: true));

    /// <summary> 1. Read the request in the interface's own words. 2. Get the model ready. 3. Answer whole, or piece by
    /// piece. 4. A fault before the first byte is answered in the interface's own shape.
    /// </summary>
    private static async Task AnswerAsync(
        HttpContext http, Caller caller, RequestParameters parameters, ChatService chat, IChatWire wire)
    {
        var clock = http.RequestServices.GetRequiredService<TimeProvider>();
        var heading = new ChatHeading(caller.TraceId, clock.GetUtcNow().ToUnixTimeSeconds(), FindModelName(parameters));
        ChatRequest? request = null;
        try
        {
            request = wire.Read(parameters); // 1
            ChatSession session = await chat.OpenAsync(caller.GroupId, request, wire.Surface, http.RequestAborted); // 2
            if (request.IsStream) // 3
            {
                await StreamAsync(http, wire.OpenStream(heading, request), session, request);
            }
            else
            {
                IReadOnlyList<ChatAnswer> answers = await session.CompleteAsync(http.RequestAborted);
                await WriteJsonAsync(http, wire.WriteAnswer(heading, request, answers));
            }
        }
        catch (Exception exception) when (!wire.LeavesErrorsToTheDoor && CanStillAnswer(http, exception)) // 4
        {
            Fault fault = Report(http, exception, heading);
            await WriteErrorAsync(http, wire, heading, request, fault);
        }
    }

    /// <summary>Nothing is sent before the first piece of text, so that an error before it is a plain answer.</summary>
    private static async Task StreamAsync(
        HttpContext http, IChatEvents events, ChatSession session, ChatRequest request)
    {
        await using IAsyncEnumerator<(string Delta, ChatAnswer? Answer)> pieces =
            session.StreamAsync(http.RequestAborted).GetAsyncEnumerator();
        bool hasPiece = await pieces.MoveNextAsync();

        var writer = new SseWriter(http.Response, request.UsesShortSeparator ? "\n" : "\n\n");
        try
        {
            for (; hasPiece; hasPiece = await pieces.MoveNextAsync())
            {
                (string delta, ChatAnswer? answer) = pieces.Current;
                foreach (byte[] text in answer is null ? events.Continue(delta) : events.End(answer))
                {
                    await writer.WriteAsync(text, http.RequestAborted);
                }
            }
        }
        catch (Exception exception) when (!IsClientGone(http, exception))
        {
            Fault fault = Report(http, exception, new ChatHeading(http.TraceIdentifier, 0, request.Model));
            await writer.WriteAsync(events.Fail(fault.Error, fault.Text), CancellationToken.None);
        }
    }

    private static Task WriteErrorAsync(
        HttpContext http, IChatWire wire, ChatHeading heading, ChatRequest? request, Fault fault)
    {
        ChatOptions options = http.RequestServices.GetRequiredService<IOptions<ChatOptions>>().Value;
        EdgeOptions edge = http.RequestServices.GetRequiredService<IOptions<EdgeOptions>>().Value;
        if (options.StreamErrorsAsSse && request is { IsStream: true })
        {
            var writer = new SseWriter(http.Response, request.UsesShortSeparator ? "\n" : "\n\n");
            byte[] last = wire.OpenStream(heading, request).Fail(fault.Error, fault.Text);
            return writer.WriteAsync(last, CancellationToken.None);
        }

        http.Response.StatusCode = fault.TransportStatus
            ?? (edge.UseHttpStatuses ? ApiErrorCatalogue.Find(fault.Error).HttpStatus : StatusCodes.Status200OK);
        return WriteJsonAsync(http, wire.WriteError(heading, fault.Error, fault.Text));
    }

    private static Task WriteJsonAsync(HttpContext http, byte[] utf8)
    {
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = utf8.Length;
        return http.Response.Body.WriteAsync(utf8, CancellationToken.None).AsTask();
    }

    private static Fault Report(HttpContext http, Exception exception, ChatHeading heading)
    {
        var fault = Fault.From(exception, http.Features.Get<RequestTimer>());
        ILogger log = http.RequestServices.GetRequiredService<ILogger<ChatService>>();
        if (fault.IsOurs)
        {
            log.Failed(exception, heading.Model, http.TraceIdentifier);
        }
        else
        {
            log.Refused(heading.Model, (int)fault.Error, fault.Text, http.TraceIdentifier);
        }

        return fault;
    }

    private static bool CanStillAnswer(HttpContext http, Exception exception) =>
        !http.Response.HasStarted && !IsClientGone(http, exception);

    /// <summary>A cancellation that neither the time limit nor the server's stop explains is the client's
    /// leaving.</summary>
    private static bool IsClientGone(HttpContext http, Exception exception) =>
        exception is OperationCanceledException
        && http.Features.Get<RequestTimer>() is { IsTimeUp: false, IsStopping: false };

    private static string FindModelName(RequestParameters parameters)
    {
        try
        {
            return parameters.FindString("model") ?? "";
        }
        catch (ApiException)
        {
            return ""; // No text; reading the request will say so.
        }
    }
}
