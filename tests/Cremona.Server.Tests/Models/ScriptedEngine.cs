using System.Runtime.CompilerServices;
using Cremona.Inference.Scheduling;

namespace Cremona.Server.Tests.Models;

/// <summary>Says what its script says for the prompt, piece by piece, one token each.</summary>
public sealed class ScriptedEngine(ScriptedTokenizer tokenizer, Func<string, IEnumerable<string>> script)
    : IGenerationEngine
{
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when a sequence was stopped from outside.</summary>
    public Task Cancelled => _cancelled.Task;

    public long WeightBytes => 0;

    public List<GenerationRequest> Requests { get; } = [];

    public async IAsyncEnumerable<GeneratedToken> StreamAsync(
        GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        lock (Requests)
        {
            Requests.Add(request);
        }

        bool hasEnded = false;
        try
        {
            int count = 0;
            foreach (string scripted in script(tokenizer.Decode(request.PromptTokens)))
            {
                string piece = scripted == ScriptedModel.BySeed ? request.Sampling.Seed < 5 ? "la " : "！" : scripted;
                if (piece == ScriptedModel.Wait)
                {
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                }

                await Task.Yield();
                cancellationToken.ThrowIfCancellationRequested();
                count++;
                bool isLast = count == request.MaxTokens;
                hasEnded = isLast;
                float logProbability = -1f - (request.Sampling.Seed % 7);
                int id = tokenizer.IdOf(piece);
                (int, float)[] alternatives = [(id, logProbability), ('x', -9), ('y', -10)];
                yield return new GeneratedToken(
                    id, logProbability, alternatives[..Math.Min(3, request.TopLogProbabilities)],
                    isLast ? FinishReason.Length : null);
                if (isLast)
                {
                    yield break;
                }
            }

            hasEnded = true;
            yield return new GeneratedToken(-1, 0, [], FinishReason.Stop);
        }
        finally
        {
            if (!hasEnded)
            {
                _cancelled.TrySetResult();
            }
        }
    }
}
