namespace Cremona.Inference.Scheduling;

/// <summary>The engine's queue is full; the request may be repeated later.</summary>
public sealed class EngineBusyException(int queueLength)
    : Exception(
        $"The engine is busy: {queueLength} requests are waiting. Raise Engine:QueueLength to let more wait.");
