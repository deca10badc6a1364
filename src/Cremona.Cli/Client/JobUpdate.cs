using Cremona.Protocol.FineTuning;

namespace Cremona.Cli.Client;

/// <summary>One piece of news about a followed job: an event, or how far it is.</summary>
/// <param name="Event">The event, or null.</param>
/// <param name="Transition">What the event says; null when <paramref name="Event"/> is.</param>
/// <param name="Progress">How far the job is, or null when this is an event or nothing is known yet.</param>
public sealed record JobUpdate(FinetuneEvent? Event, FinetuneEventMessage? Transition, FinetuneProgress? Progress);
