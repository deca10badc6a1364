using Cremona.Server.Edge.Calls;
using Cremona.Server.Storage;

namespace Cremona.Server.Edge.Pipeline;

/// <summary>Gives every request its meter, and enters it into the ledger when a room has named the call.</summary>
internal sealed class CallMiddleware(RequestDelegate next, UsageLedger ledger, TimeProvider clock)
{
    public async Task InvokeAsync(HttpContext context)
    {
        CancellationToken clientGone = context.RequestAborted;
        var meter = new CallMeter(clock);
        context.Features.Set(meter);
        try
        {
            await next(context);
        }
        catch (Exception exception)
        {
            meter.Status = AnswerMiddleware.IsClientGone(exception, clientGone)
                ? CallMeter.ClientGone
                : (int)Fault.From(exception, context.Features.Get<RequestTimer>()).Error;
            throw;
        }
        finally
        {
            if (meter.Interface is { } operation && context.Features.Get<Caller>() is { } caller)
            {
                await ledger.AddAsync(ToRow(operation, caller, meter));
            }
        }
    }

    private UsageRow ToRow(string operation, Caller caller, CallMeter meter) => new(
        caller.TraceId,
        clock.GetUtcNow().ToUnixTimeMilliseconds(),
        caller.GroupId,
        caller.KeyId ?? "",
        caller.KeyName ?? "",
        operation,
        meter.Model,
        meter.InputTokens,
        meter.CachedTokens,
        meter.OutputTokens,
        (long?)meter.TimeToFirstToken?.TotalMilliseconds,
        (long)meter.Elapsed.TotalMilliseconds,
        meter.Status);
}
