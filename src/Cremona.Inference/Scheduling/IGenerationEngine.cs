namespace Cremona.Inference.Scheduling;

/// <summary>Runs one model. Thread-safe; knows token ids only, never text.</summary>
public interface IGenerationEngine
{
    /// <summary>Bytes of the weights in memory.</summary>
    long WeightBytes { get; }

    /// <summary>Generates tokens until a stop token, a limit or cancellation. The last element carries
    /// <see cref="GeneratedToken.Finish"/>. Cancelling, or disposing the enumerator, frees the sequence within one
    /// step.</summary>
    /// <exception cref="ArgumentException">The prompt is empty, holds an unknown id, or leaves no room in the
    /// context.</exception>
    IAsyncEnumerable<GeneratedToken> StreamAsync(GenerationRequest request, CancellationToken cancellationToken);
}
