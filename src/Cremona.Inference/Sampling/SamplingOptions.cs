namespace Cremona.Inference.Sampling;

/// <summary>How the next token is drawn from the logits.</summary>
public sealed record SamplingOptions
{
    /// <summary>0 means greedy; otherwise logits are divided by it. Range [0, 2].</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>Nucleus: the smallest set of tokens whose probability reaches this. Range (0, 1].</summary>
    public float TopP { get; init; } = 1;

    /// <summary>Keep only the k most likely tokens; 0 keeps all.</summary>
    public int TopK { get; init; }

    /// <summary>OpenAI's presence penalty, subtracted once from each token already generated. Range [-2, 2].</summary>
    public float PresencePenalty { get; init; }

    /// <summary>OpenAI's frequency penalty, subtracted per earlier occurrence. Range [-2, 2].</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>The same seed, prompt and options give the same tokens, whatever else is in the batch.</summary>
    public ulong Seed { get; init; }
}
