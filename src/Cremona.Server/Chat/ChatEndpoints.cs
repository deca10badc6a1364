using System.Globalization;
using System.Text;
using Cremona.Inference.Templates;
using Cremona.Protocol.Errors;
using Cremona.Server.Edge;
using Cremona.Server.Edge.Calls;
using Cremona.Server.Edge.Pipeline;
using Cremona.Server.Models;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Chat;

/// <summary>The three chat interfaces and the OpenAI-shaped one.</summary>
public static class ChatEndpoints
{
    private const string IgnoredKeywordsHeader = "Cremona-Ignored-Keywords";
    private const int IgnoredKeywordsLengthMax = 4000;

    public static RouteGroupBuilder MapChat(this IEndpointRouteBuilder routes)
    {
        ChatOptions options = routes.ServiceProvider.GetRequiredService<IOptions<ChatOptions>>().Value;
        RouteGroupBuilder group = routes.MapGroup("/v1");
        group.MapPost("/text/chatcompletion", PostCcAsync)
            .WithName("chatcompletion").WithSummary("Chat between two sides with a prompt");
        group.MapPost("/text/chatcompletion_pro", PostCcpAsync)
            .WithName("chatcompletion_pro").WithSummary("Chat between named bots and users");
        group.MapPost("/text/chatcompletion_v2", PostV2Async)
            .WithName("chatcompletion_v2").WithSummary("Chat with roles");
        RouteHandlerBuilder alias = group.MapPost("/chat/completions", PostCompletionsAsync)
            .WithName("chat_completions").WithSummary("Chat with roles, in OpenAI's shape");
        if (!options.CompletionsErrorsAsBaseResponse)
        {
            alias.OpenAIShaped();
        }

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
        CallMeter meter = http.Features.GetRequiredFeature<CallMeter>();
        var heading = new ChatHeading(caller.TraceId, clock.GetUtcNow().ToUnixTimeSeconds(), FindModelName(parameters));
        meter.Begin(wire.Operation, heading.Model);
        ChatRequest request = Unread(heading.Model, parameters, wire);
        try
        {
            request = wire.Read(parameters); // 1
            Task<ChatSession> opening = chat.OpenAsync(
                new ChatCall(caller.GroupId, request, wire.Surface, meter), http.RequestAborted); // 2
            if (request.IsStream) // 3
            {
                TimeSpan? heartbeat = wire.AllowsComments ? Options<ChatOptions>(http).HeartbeatInterval : null;
                await StreamAsync(http, wire.OpenStream(heading, request), opening, request, heartbeat);
            }
            else
            {
                using ChatSession session = await opening;
                TellIgnored(http, session.IgnoredKeywords);
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

    /// <summary>Says in a header which keywords of the request's schemas the answer is not held to.</summary>
    private static void TellIgnored(HttpContext http, IReadOnlyList<string> keywords)
    {
        var told = new StringBuilder();
        foreach ((int index, string keyword) in keywords.Index())
        {
            string pointer = Uri.EscapeDataString(keyword).Replace("%23", "#", StringComparison.Ordinal)
                .Replace("%2F", "/", StringComparison.Ordinal);
            told.Append(index > 0 ? ", " : "");
            if (told.Length + pointer.Length > IgnoredKeywordsLengthMax)
            {
                told.Append(CultureInfo.InvariantCulture, $"and {keywords.Count - index} more");
                break;
            }

            told.Append(pointer);
        }

        if (told.Length > 0 && !http.Response.HasStarted)
        {
            http.Response.Headers[IgnoredKeywordsHeader] = told.ToString();
        }
    }

    /// <summary>Nothing is sent before the first event or the first heartbeat, so that an error before it is a plain
    /// answer. A heartbeat may come while the model still loads; then the headers are gone.</summary>
    private static async Task StreamAsync(
        HttpContext http, IChatEvents events, Task<ChatSession> opening, ChatRequest request, TimeSpan? heartbeat)
    {
        SseWriter writer = CreateWriter(http, request);
        var answers = new ChatAnswer[request.AnswerCount];
        try
        {
            ChatSession session = await WaitAsync(http, opening, writer, heartbeat);
            TellIgnored(http, session.IgnoredKeywords);
            await using IAsyncEnumerator<ChatPiece> pieces =
                session.StreamAsync(http.RequestAborted).GetAsyncEnumerator(http.RequestAborted);
            while (await WaitAsync(http, pieces.MoveNextAsync().AsTask(), writer, heartbeat))
            {
                ChatPiece piece = pieces.Current;
                answers[piece.Index] = piece.Answer ?? answers[piece.Index];
                await WriteAsync(events.Continue(piece), http.RequestAborted);
            }

            await WriteAsync(events.End(answers), http.RequestAborted);
        }
        catch (Exception exception) when (http.Response.HasStarted && !IsClientGone(http, exception))
        {
            Fault fault = Report(http, exception, new ChatHeading(http.TraceIdentifier, 0, request.Model));
            await WriteAsync(events.Fail(fault.Error, fault.Text), CancellationToken.None);
        }
        finally
        {
            if (opening.IsCompletedSuccessfully)
            {
                (await opening).Dispose();
            }
        }

        async Task WriteAsync(IEnumerable<byte[]> lines, CancellationToken cancellationToken)
        {
            foreach (byte[] line in lines)
            {
                await writer.WriteAsync(line, cancellationToken);
            }
        }
    }

    /// <summary>Waits; a heartbeat at each interval keeps proxies from giving up. Work that was begun has ended when
    /// this returns or throws.</summary>
    private static async Task<T> WaitAsync<T>(HttpContext http, Task<T> work, SseWriter writer, TimeSpan? heartbeat)
    {
        var clock = http.RequestServices.GetRequiredService<TimeProvider>();
        try
        {
            while (heartbeat is { } interval && !work.IsCompleted)
            {
                await ((Task)work).WaitAsync(interval, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!work.IsCompleted)
                {
                    await writer.WriteHeartbeatAsync(http.RequestAborted);
                }
            }
        }
        finally
        {
            await ((Task)work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // Or it could not be disposed.
        }

        return await work;
    }

    private static Task WriteErrorAsync(
        HttpContext http, IChatWire wire, ChatHeading heading, ChatRequest request, Fault fault)
    {
        fault.Announce(http.Response);
        if (Options<ChatOptions>(http).StreamErrorsAsSse && request.IsStream)
        {
            byte[] last = wire.OpenStream(heading, request).Fail(fault.Error, fault.Text).Single();
            return CreateWriter(http, request).WriteAsync(last, CancellationToken.None);
        }

        http.Response.StatusCode = fault.TransportStatus
            ?? (Options<EdgeOptions>(http).UseHttpStatuses
                ? ApiErrorCatalogue.Find(fault.Error).HttpStatus
                : StatusCodes.Status200OK);
        return WriteJsonAsync(http, wire.WriteError(heading, fault.Error, fault.Text));
    }

    private static Task WriteJsonAsync(HttpContext http, byte[] utf8)
    {
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = utf8.Length;
        return http.Response.Body.WriteAsync(utf8, CancellationToken.None).AsTask();
    }

    private static SseWriter CreateWriter(HttpContext http, ChatRequest request) => new(
        http.Response,
        TimeSpan.FromSeconds(Options<EdgeOptions>(http).SlowReaderSecondsMax),
        request.UsesShortSeparator ? "\n" : "\n\n");

    private static T Options<T>(HttpContext http)
        where T : class => http.RequestServices.GetRequiredService<IOptions<T>>().Value;

    private static Fault Report(HttpContext http, Exception exception, ChatHeading heading)
    {
        var fault = Fault.From(exception, http);
        http.Features.GetRequiredFeature<CallMeter>().Status = (int)fault.Error;
        http.Features.Set(fault); // The call's line in the log tells it.
        ILogger log = http.RequestServices.GetRequiredService<ILogger<ChatService>>();
        if (fault.IsOurs)
        {
            log.Failed(exception, heading.Model, http.TraceIdentifier);
        }

        return fault;
    }

    private static bool CanStillAnswer(HttpContext http, Exception exception) =>
        !http.Response.HasStarted && !IsClientGone(http, exception);

    /// <summary>A cancellation that neither the time limit nor the server's stop explains is the client's
    /// leaving; so is a connection that breaks.</summary>
    private static bool IsClientGone(HttpContext http, Exception exception) =>
        exception is ConnectionResetException or ConnectionAbortedException
        || (exception is OperationCanceledException
            && http.Features.Get<RequestTimer>() is { IsTimeUp: false, IsStopping: false });

    /// <summary>Stands for a request until it is read: what telling an error of the reading needs.</summary>
    private static ChatRequest Unread(string model, RequestParameters parameters, IChatWire wire) => new()
    {
        Model = model,
        Turns = [],
        Ending = ChatEnding.OpenAssistant,
        OutputTokens = new NamedLimit("", null),
        IsStream = IsAsked(parameters, "stream"),
        UsesShortSeparator = wire.Surface == ChatSurfaces.Completion && !IsAsked(parameters, "use_standard_sse"),
    };

    private static bool IsAsked(RequestParameters parameters, string name)
    {
        try
        {
            return parameters.FindBoolean(name) ?? false;
        }
        catch (ApiException)
        {
            return false; // No boolean; reading the request will say so.
        }
    }

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
