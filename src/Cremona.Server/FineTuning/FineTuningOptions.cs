using System.ComponentModel.DataAnnotations;

namespace Cremona.Server.FineTuning;

/// <summary>Section <c>FineTuning</c>: bounds of jobs and how training runs.</summary>
public sealed class FineTuningOptions
{
    public const string Section = "FineTuning";

    /// <summary>Models and unfinished jobs of one group together. Default 5, range 1 to 100000.</summary>
    [Range(1, 100_000)]
    public int ModelsPerGroupMax { get; set; } = 5;

    /// <summary>Examples that a training file must have. Default 10, range 1 to 1000000.</summary>
    [Range(1, 1_000_000)]
    public int ExamplesMin { get; set; } = 10;

    /// <summary>Tokens that one example may have; the base model's context length bounds it too. Default 16384, range
    /// 16 to 1048576.</summary>
    [Range(16, 1 << 20)]
    public int TokensPerExampleMax { get; set; } = 16_384;

    /// <summary>Bytes of a training or validation file, which is held in memory as tokens. Default 64 MiB, range 1 KiB
    /// to 4 GiB.</summary>
    [Range(1024, 4L << 30)]
    public long FileBytesMax { get; set; } = 64L << 20;

    /// <summary>Threads of the trainer; 0 takes all processors. The result does not depend on it. Default 0, range 0 to
    /// 256.</summary>
    [Range(0, 256)]
    public int ThreadCount { get; set; }

    /// <summary>Least time between two checkpoints of a job. Default 2 s, range 0 to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan CheckpointInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Determines initialisation and data order: the same file, model, hyperparameters and seed give the same
    /// adapter. Default 1.</summary>
    public ulong Seed { get; set; } = 1;
}
