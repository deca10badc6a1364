using System.ComponentModel.DataAnnotations;
using Cremona.Inference.KvCache;

namespace Cremona.Inference.Scheduling;

/// <summary>Section <c>Engine</c>: limits of the engine that runs a model; each model has its own.</summary>
public sealed class EngineOptions
{
    public const string Section = "Engine";

    /// <summary>Sequences that are generated at a time; more wait. Default 16, range [1, 256].</summary>
    [Range(1, 256)]
    public int MaxBatchSize { get; set; } = 16;

    /// <summary>Requests that may wait; one more is refused, or the youngest that waits of a group that has more at
    /// work and waiting. Default 64, range [0, 10000].</summary>
    [Range(0, 10_000)]
    public int QueueLength { get; set; } = 64;

    /// <summary>Threads that compute; 0 takes one per processor. Default 0, range [0, 256].</summary>
    [Range(0, 256)]
    public int ThreadCount { get; set; }

    /// <summary>Prompt tokens computed in one step, shared by all prompts and by texts that grammars force; bounds
    /// working memory. While sequences generate it is less, see <see cref="PrefillSlowdownMax"/>. Default 256, range
    /// [1, 8192].</summary>
    [Range(1, 8192)]
    public int PrefillChunkTokens { get; set; } = 256;

    /// <summary>How many times its usual time per token a sequence that generates may take while prompts and forced
    /// texts of others are computed; more lets prompts end sooner. Default 2, range [1.25, 1000].</summary>
    [Range(1.25, 1000)]
    public double PrefillSlowdownMax { get; set; } = 2;

    /// <summary>Memory, in megabytes, of the keys and values of running and ended sequences. A sequence waits until its
    /// longest possible form fits; what is left keeps the beginnings of earlier sequences, so that a conversation's
    /// next turn or a shared system text is computed once, and the one unused for longest gives way. Never less than
    /// one context of the model. Memory is taken when used. Default 1024, range [1, 1048576].</summary>
    [Range(1, 1_048_576)]
    public int CacheMegabytesMax { get; set; } = 1024;

    /// <summary>How keys and values lie in memory: <c>F32</c> loses nothing, <c>F16</c> takes half and keeps 11
    /// significant bits of each, <c>Q8</c> takes a quarter and keeps 8 bits with a scale for each head and position.
    /// Default <c>F32</c>.</summary>
    [EnumDataType(typeof(KeyValueFormat))]
    public KeyValueFormat CacheFormat { get; set; }
}
