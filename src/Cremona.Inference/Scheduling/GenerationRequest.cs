using Cremona.Inference.Adapters;
using Cremona.Inference.Grammar;
using Cremona.Inference.Sampling;

namespace Cremona.Inference.Scheduling;

/// <summary>One sequence for the engine: token ids in, token ids out.</summary>
public sealed record GenerationRequest
{
    public required int[] PromptTokens { get; init; }

    /// <summary>Upper bound of generated tokens, at least 1.</summary>
    public required int MaxTokens { get; init; }

    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>Ids that end the sequence; the ending id is not yielded.</summary>
    public IReadOnlyCollection<int> StopTokens { get; init; } = [];

    /// <summary>The adapter of this sequence; null runs the base model.</summary>
    public LoraAdapter? Adapter { get; init; }

    /// <summary>Holds the output to a grammar over the model's vocabulary; null leaves it free. Stop tokens come only
    /// where the output is complete, and the sequence ends where nothing can be added. Tokens that the grammar forces
    /// are not drawn; their log-probability is 0.</summary>
    public TokenGrammar? Grammar { get; init; }

    /// <summary>Whose request it is. Groups take turns when requests wait, and sequences share what they have computed
    /// within a group only; null is a group too.</summary>
    public string? Group { get; init; }

    /// <summary>How many of the most likely alternatives to report per token; 0 reports none.</summary>
    public int TopLogProbabilities { get; init; }
}
