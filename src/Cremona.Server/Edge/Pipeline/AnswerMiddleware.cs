using Cremona.Protocol.Errors;
using Cremona.Server.Edge.Calls;
using Microsoft.AspNetCore.Connections;

namespace Cremona.Server.Edge.Pipeline;

/// <summary>The outermost step: every request gets a trace id, every exception an answer, every answer a log
/// line, here or by <see cref="CallMiddleware"/>.</summary>
internal sealed class AnswerMiddleware(
    RequestDelegate next, ErrorAnswer answer, TimeProvider clock, ILogger<AnswerMiddleware> log)
{
    private const string TraceHeader = "Trace-Id";

    public async Task InvokeAsync(HttpContext context)
    {
        CancellationToken clientGone = context.RequestAborted;
        long start = clock.GetTimestamp();
        context.TraceIdentifier = Ids.NewTraceId();
        context.Response.Headers[TraceHeader] = context.TraceIdentifier;
        try
        {
            await next(context);
            await AnswerUnroutedAsync(context);
        }
        catch (Exception exception) when (IsClientGone(exception, clientGone))
        {
            log.ClientGone(context.Request.Method, context.Request.Path, context.TraceIdentifier);
            context.Abort();
            return;
        }
        catch (Exception exception)
        {
            await AnswerFaultAsync(context, exception);
        }

        if (context.Features.Get<CallMeter>()?.Interface is not null)
        {
            return; // A call of a model has a line of its own.
        }

        log.Answered(
            context.Request.Method, context.Request.Path, context.Response.StatusCode,
            (long)clock.GetElapsedTime(start).TotalMilliseconds,
            context.Features.Get<Caller>()?.GroupId, context.TraceIdentifier);
    }

    /// <summary>A connection that breaks while we read or write is the client's leaving, whatever its token says
    /// yet.</summary>
    internal static bool IsClientGone(Exception exception, CancellationToken clientGone) =>
        exception is ConnectionResetException or ConnectionAbortedException
        || (clientGone.IsCancellationRequested
            && exception is OperationCanceledException or IOException or BadHttpRequestException);

    /// <summary>Routing leaves a bare status when no endpoint matched.</summary>
    private Task AnswerUnroutedAsync(HttpContext context)
    {
        if (context.Response.HasStarted || context.Response.ContentLength > 0)
        {
            return Task.CompletedTask;
        }

        string place = $"{context.Request.Method} {context.Request.Path}";
        return context.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => answer.WriteAsync(
                context, ApiError.InvalidParameters, $"invalid params, there is no {place}",
                StatusCodes.Status404NotFound),
            StatusCodes.Status405MethodNotAllowed => answer.WriteAsync(
                context, ApiError.InvalidParameters, $"invalid params, wrong method: {place}",
                StatusCodes.Status405MethodNotAllowed),
            _ => Task.CompletedTask,
        };
    }

    private async Task AnswerFaultAsync(HttpContext context, Exception exception)
    {
        var fault = Fault.From(exception, context);
        if (fault.IsOurs || context.Response.HasStarted)
        {
            log.Failed(exception, context.Request.Method, context.Request.Path, context.TraceIdentifier);
        }
        else if (context.Features.Get<CallMeter>()?.Interface is null)
        {
            log.Refused(context.Request.Method, context.Request.Path, fault, context.TraceIdentifier);
        }

        if (context.Response.HasStarted)
        {
            context.Abort(); // Half an answer must not look like a whole one.
            return;
        }

        context.Response.Clear();
        context.Response.Headers[TraceHeader] = context.TraceIdentifier;
        fault.Announce(context.Response);
        await answer.WriteAsync(context, fault.Error, fault.Text, fault.TransportStatus);
    }
}
