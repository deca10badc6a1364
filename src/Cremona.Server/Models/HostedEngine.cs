using System.Runtime.CompilerServices;
using Cremona.Inference.Scheduling;

namespace Cremona.Server.Models;

/// <summary>The engine of a model, held while a sequence runs. Between sequences the model may leave memory; then the
/// next one waits until it is loaded again.</summary>
/// <param name="hold">Loads the model's engine if need be, and holds it.</param>
/// <param name="weightBytes">Of the model.</param>
internal sealed class HostedEngine(
    Func<CancellationToken, Task<LoadedHold<IGenerationEngine>>> hold, long weightBytes) : IGenerationEngine
{
    public long WeightBytes => weightBytes;

    /// <inheritdoc/>
    /// <remarks>A wrong request is told with the first element.</remarks>
    public async IAsyncEnumerable<GeneratedToken> StreamAsync(
        GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using LoadedHold<IGenerationEngine> held = await hold(cancellationToken);
        await foreach (GeneratedToken token in held.Value.StreamAsync(request, cancellationToken))
        {
            yield return token;
        }
    }
}
