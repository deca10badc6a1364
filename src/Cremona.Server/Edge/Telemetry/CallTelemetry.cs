using System.Diagnostics;
using System.Diagnostics.Metrics;
using Cremona.Server.Edge.Calls;

namespace Cremona.Server.Edge.Telemetry;

/// <summary>What is measured of each call of a model, by the names of OpenTelemetry's conventions for generative AI
/// where they have one. Units are seconds and tokens.</summary>
public sealed class CallTelemetry
{
    /// <summary>Of the meter and of the source of spans.</summary>
    public const string Name = "Cremona.Server";

    private static readonly ActivitySource Spans = new(Name);

    private static readonly InstrumentAdvice<double> CallBuckets = new()
    {
        HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300],
    };

    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _firstToken;
    private readonly Histogram<double> _token;
    private readonly Counter<long> _tokens;

    public CallTelemetry(IMeterFactory meters)
    {
        Meter meter = meters.Create(Name);
        _duration = meter.CreateHistogram(
            "gen_ai.server.request.duration", "s", "Calls of models", null, CallBuckets);
        _firstToken = meter.CreateHistogram(
            "gen_ai.server.time_to_first_token", "s", "From a call to its first token", null, CallBuckets);
        _token = meter.CreateHistogram(
            "gen_ai.server.time_per_output_token", "s", "Per token after the first", null, CallBuckets);
        _tokens = meter.CreateCounter<long>("cremona.tokens", "{token}", "Tokens read and written");
    }

    /// <summary>The span of a call, which ends when it is recorded; null while nobody listens.</summary>
    internal static Activity? StartSpan(CallMeter call)
    {
        Activity? span = Spans.StartActivity($"chat {call.Model}", ActivityKind.Internal);
        span?.SetTag("gen_ai.operation.name", call.Interface);
        span?.SetTag("gen_ai.request.model", call.Model);
        return span;
    }

    /// <summary>A call has ended. A name that meant no model is not told, so that nobody can make up series.</summary>
    public void Record(CallMeter call)
    {
        var tags = new TagList
        {
            { "gen_ai.operation.name", call.Interface },
            { "gen_ai.request.model", call.InputTokens > 0 ? call.Model : "" },
        };
        TimeSpan elapsed = call.Elapsed;
        if (call.TimeToFirstToken is { } first)
        {
            _firstToken.Record(first.TotalSeconds, tags);
            if (call.OutputTokens > 1)
            {
                _token.Record((elapsed - first).TotalSeconds / (call.OutputTokens - 1), tags);
            }
        }

        Count("input", call.InputTokens - call.CachedTokens, tags);
        Count("cached", call.CachedTokens, tags);
        Count("output", call.OutputTokens, tags);
        if (call.Status != 0)
        {
            tags.Add("error.type", call.Status);
        }

        _duration.Record(elapsed.TotalSeconds, tags);
        EndSpan(call);
    }

    private static void EndSpan(CallMeter call)
    {
        if (call.Span is not { } span)
        {
            return;
        }

        span.SetTag("gen_ai.usage.input_tokens", call.InputTokens);
        span.SetTag("gen_ai.usage.output_tokens", call.OutputTokens);
        if (call.Status != 0)
        {
            span.SetTag("error.type", call.Status);
            span.SetStatus(ActivityStatusCode.Error);
        }

        span.Dispose();
    }

    private void Count(string type, long tokens, TagList tags)
    {
        if (tokens > 0)
        {
            tags.Add("gen_ai.token.type", type);
            _tokens.Add(tokens, tags);
        }
    }
}
