using Cremona.Server.Edge.Calls;
using Cremona.Server.Edge.Telemetry;
using Cremona.Server.Storage;

namespace Cremona.Server.Edge.Pipeline;

/// <summary>Gives every request its meter. When a room has named the call, it is told in the log and in the metrics,
/// and entered into the ledger.</summary>
internal sealed class CallMiddleware(
    RequestDelegate next, UsageLedger ledger, BalanceBook balances, CallTelemetry telemetry, TimeProvider clock,
    ILogger<CallMiddleware> log)
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
            if (AnswerMiddleware.IsClientGone(exception, clientGone))
            {
                meter.Status = CallMeter.ClientGone;
                throw;
            }

            var fault = Fault.From(exception, context);
            meter.Status = (int)fault.Error;
            context.Features.Set(fault);
            throw;
        }
        finally
        {
            if (meter.Interface is { } operation && context.Features.Get<Caller>() is { } caller)
            {
                telemetry.Record(meter);
                UsageRow row = ToRow(operation, caller, meter);
                log.CallEnded(row, context.Features.Get<Fault>());
                await ledger.AddAsync(row);
                balances.Spend(row.GroupId, row.InputTokens + row.OutputTokens); // The ledger can write it from now on.
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
