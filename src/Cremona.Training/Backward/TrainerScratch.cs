using Cremona.Inference.Architectures;

namespace Cremona.Training.Backward;

/// <summary>Buffers that all blocks of a trainer share, because none of their contents outlives a block.</summary>
internal sealed class TrainerScratch(DecoderConfig config, int tokenCapacity)
{
    public float[] Normed { get; } = new float[tokenCapacity * config.HiddenSize];

    public float[] Activated { get; } = new float[tokenCapacity * config.IntermediateSize];

    public float[] DNormed { get; } = new float[tokenCapacity * config.HiddenSize];

    public float[] DGate { get; } = new float[tokenCapacity * config.IntermediateSize];

    public float[] DUp { get; } = new float[tokenCapacity * config.IntermediateSize];

    public float[] DAttended { get; } = new float[tokenCapacity * config.QuerySize];

    public float[] DQuery { get; } = new float[tokenCapacity * config.QuerySize];

    public float[] DKey { get; } = new float[tokenCapacity * config.KeyValueSize];

    public float[] DValue { get; } = new float[tokenCapacity * config.KeyValueSize];

    /// <summary>Gradient of raw queries or keys under a query/key norm.</summary>
    public float[] DRaw { get; } = new float[config.QueryKeyNorm ? tokenCapacity * config.QuerySize : 0];
}
