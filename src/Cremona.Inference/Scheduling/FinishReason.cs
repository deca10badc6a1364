namespace Cremona.Inference.Scheduling;

/// <summary>Why a sequence ended.</summary>
public enum FinishReason
{
    /// <summary>A stop token was drawn.</summary>
    Stop,

    /// <summary>The request's own limit of tokens was reached.</summary>
    Length,

    /// <summary>The model's context is full.</summary>
    ContextFull,
}
