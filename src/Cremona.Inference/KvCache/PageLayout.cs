using Cremona.Inference.Architectures;
using Cremona.Inference.Kernels;

namespace Cremona.Inference.KvCache;

/// <summary>How the keys and values of <see cref="TokenCount"/> positions, in all layers, lie in one page. Both are
/// laid out as panels for the matrix-multiply tiles, so attention is two small multiplications without a horizontal
/// sum: keys as [tokens / 16][headDimension][16], values as [headDimension / 16][tokens][16], per layer and head;
/// behind them, where the format has scales, those of the keys and of the values, [tokens] each.</summary>
public sealed class PageLayout
{
    /// <summary>Positions of a page.</summary>
    public const int TokenCount = 32;

    private readonly int _headCount;

    public PageLayout(DecoderConfig config, KeyValueFormat format)
    {
        Format = format;
        HeadDimension = config.HeadDimension;
        Window = config.FirstSlidingLayer == 0 ? config.WindowOf(0) : int.MaxValue;
        _headCount = config.KeyValueHeadCount;
        int size = format switch { KeyValueFormat.F32 => sizeof(float), KeyValueFormat.F16 => sizeof(ushort), _ => 1 };
        ValueOffset = (long)TokenCount * HeadDimension * size;
        ScaleOffset = ValueOffset + (PanelPacking.Length(HeadDimension, TokenCount) * size);
        HeadBytes = ScaleOffset + (format == KeyValueFormat.Q8 ? 2 * TokenCount * sizeof(float) : 0);
        Length = config.LayerCount * _headCount * HeadBytes / sizeof(float);
    }

    public KeyValueFormat Format { get; }

    public int HeadDimension { get; }

    /// <summary>Positions that a row sees in the layer that sees most, its own among them.</summary>
    public int Window { get; }

    /// <summary>Floats of a page.</summary>
    public long Length { get; }

    /// <summary>Bytes from a head's keys to its values.</summary>
    internal long ValueOffset { get; }

    /// <summary>Bytes from a head's keys to its scales.</summary>
    internal long ScaleOffset { get; }

    /// <summary>Bytes of a head.</summary>
    internal long HeadBytes { get; }

    /// <summary>Pages for this many positions.</summary>
    public static int PageCount(int tokens) => (tokens + TokenCount - 1) / TokenCount;

    /// <summary>Bytes from the beginning of a page to a head's keys.</summary>
    internal long HeadOffset(int layer, int head) => ((layer * _headCount) + head) * HeadBytes;
}
