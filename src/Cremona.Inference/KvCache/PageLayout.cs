using Cremona.Inference.Architectures;
using Cremona.Inference.Kernels;

namespace Cremona.Inference.KvCache;

/// <summary>How the keys and values of <see cref="TokenCount"/> positions, in all layers, lie in one page. Both are
/// laid out as panels for the matrix-multiply tiles, so attention is two small multiplications without a horizontal
/// sum: keys as [tokens / 16][headDimension][16], values as [headDimension / 16][tokens][16], per layer and
/// head.</summary>
public sealed class PageLayout
{
    /// <summary>Positions of a page.</summary>
    public const int TokenCount = 32;

    private readonly long _keyLength; // of one head
    private readonly long _valueLength; // of one head
    private readonly int _headCount;

    public PageLayout(DecoderConfig config)
    {
        HeadDimension = config.HeadDimension;
        _headCount = config.KeyValueHeadCount;
        _keyLength = (long)TokenCount * HeadDimension;
        _valueLength = PanelPacking.Length(HeadDimension, TokenCount);
        Length = config.LayerCount * _headCount * (_keyLength + _valueLength);
    }

    public int HeadDimension { get; }

    /// <summary>Floats of a page.</summary>
    public long Length { get; }

    /// <summary>Pages for this many positions.</summary>
    public static int PageCount(int tokens) => (tokens + TokenCount - 1) / TokenCount;

    /// <summary>Where the keys of a head begin.</summary>
    public long KeyOffset(int layer, int head) => ((layer * _headCount) + head) * (_keyLength + _valueLength);

    /// <summary>Where the values of a head begin.</summary>
    public long ValueOffset(int layer, int head) => KeyOffset(layer, head) + _keyLength;
}
