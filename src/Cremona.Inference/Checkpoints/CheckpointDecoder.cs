using Cremona.Inference.Architectures;
using Cremona.Inference.Kernels;

namespace Cremona.Inference.Checkpoints;

/// <summary>The weights of a model on disk. Names and shapes of all tensors are checked when it is made; the numbers
/// are read each time they are asked for.</summary>
internal sealed class CheckpointDecoder : IDecoderSource
{
    private readonly Func<ITensorReader> _open;

    /// <param name="config">The shape.</param>
    /// <param name="format">What the files hold.</param>
    /// <param name="open">Opens the files; whoever asked closes them.</param>
    /// <exception cref="InvalidDataException">A tensor is missing or has another shape.</exception>
    public CheckpointDecoder(DecoderConfig config, WeightFormat format, Func<ITensorReader> open)
    {
        Config = config;
        Format = format;
        _open = open;
        using ITensorReader files = open();
        DecoderTensors.Check(files, config);
    }

    public DecoderConfig Config { get; }

    public WeightFormat Format { get; }

    public ITensorReader Open() => _open();
}
