using System.ComponentModel.DataAnnotations;

namespace Cremona.Inference.Scheduling;

/// <summary>Limits of one decoder engine.</summary>
public sealed class EngineOptions
{
    public const string Section = "Engine";

    /// <summary>Sequences that are generated at a time; more wait. Default 16, range [1, 256].</summary>
    [Range(1, 256)]
    public int MaxBatchSize { get; set; } = 16;

    /// <summary>Requests that may wait; one more is refused. Default 64, range [0, 10000].</summary>
    [Range(0, 10_000)]
    public int QueueLength { get; set; } = 64;

    /// <summary>Threads that compute; 0 takes one per processor. Default 0, range [0, 256].</summary>
    [Range(0, 256)]
    public int ThreadCount { get; set; }

    /// <summary>Prompt tokens computed in one step, shared by all prompts; bounds how long a step delays the running
    /// sequences, and working memory. Default 256, range [1, 8192].</summary>
    [Range(1, 8192)]
    public int PrefillChunkTokens { get; set; } = 256;

    /// <summary>Positions, prompts and answers together, that the key/value caches of all running sequences hold; a
    /// sequence waits until its longest possible form fits. Rounded up to whole pages of 128; never less than one
    /// context of the model. Memory is taken when used. Default 32768, range [128, 16777216].</summary>
    [Range(128, 16_777_216)]
    public int CacheTokensMax { get; set; } = 32_768;
}
