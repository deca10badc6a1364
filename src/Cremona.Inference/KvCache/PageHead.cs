using System.Runtime.Intrinsics.X86;
using Cremona.Inference.Kernels;

namespace Cremona.Inference.KvCache;

/// <summary>Keys and values of one head and layer in one page.</summary>
/// <param name="layout">Of the page.</param>
/// <param name="address">Of the head's keys; the page must stay reachable.</param>
internal readonly unsafe struct PageHead(PageLayout layout, byte* address)
{
    private const int Width = PackedMatrix.PanelWidth;

    private byte* Keys => address;

    private byte* Values => address + layout.ValueOffset;

    private float* KeyScales => (float*)(address + layout.ScaleOffset);

    private float* ValueScales => KeyScales + PageLayout.TokenCount;

    /// <summary>Floats of the longest answer of <see cref="ReadKeys"/> and <see cref="ReadValues"/>.</summary>
    public static long WideLength(int dimension) => PanelPacking.Length(dimension, PageLayout.TokenCount);

    /// <summary>Stores one position.</summary>
    /// <param name="slot">Position in the page.</param>
    /// <param name="key">[headDimension]</param>
    /// <param name="value">[headDimension]</param>
    public void Write(int slot, ReadOnlySpan<float> key, ReadOnlySpan<float> value)
    {
        if (layout.Format == KeyValueFormat.Q8)
        {
            KeyScales[slot] = ScaledBytes.ScaleOf(key);
            ValueScales[slot] = ScaledBytes.ScaleOf(value);
        }

        for (int i = 0; i < key.Length; i++)
        {
            Set(Keys, KeyIndex(slot, i), key[i], KeyScales, slot);
            Set(Values, ValueIndex(slot, i), value[i], ValueScales, slot);
        }
    }

    /// <summary>One number of a key, as attention sees it.</summary>
    public float Key(int slot, int column) => Get(Keys, KeyIndex(slot, column), KeyScales, slot);

    /// <summary>One number of a value, as attention sees it.</summary>
    public float Value(int slot, int column) => Get(Values, ValueIndex(slot, column), ValueScales, slot);

    /// <summary>Asks for the keys, which will be read soon: pages lie apart, and nothing else foretells the
    /// next.</summary>
    public void PrefetchKeys() => Prefetch(Keys, layout.ValueOffset);

    /// <inheritdoc cref="PrefetchKeys"/>
    public void PrefetchValues() => Prefetch(Values, layout.ScaleOffset - layout.ValueOffset);

    /// <summary>The keys of the first positions as float32.</summary>
    /// <param name="count">Positions; what follows in the last panel is undefined.</param>
    /// <param name="wide">Working memory; used unless they lie as float32.</param>
    /// <returns>[tokens / 16][headDimension][16]</returns>
    public float* ReadKeys(int count, float* wide)
    {
        int dimension = layout.HeadDimension;
        int length = PanelPacking.PanelCount(count) * dimension * Width;
        switch (layout.Format)
        {
            case KeyValueFormat.F16:
                HalfFloat.Widen((ushort*)Keys, wide, length);
                return wide;
            case KeyValueFormat.Q8:
                for (int panel = 0; panel * Width < count; panel++)
                {
                    ScaledBytes.WidenByColumn(
                        (sbyte*)Keys + (panel * dimension * Width), KeyScales + (panel * Width), dimension,
                        wide + (panel * dimension * Width));
                }

                return wide;
            default:
                return (float*)Keys;
        }
    }

    /// <summary>The values of the first positions as float32.</summary>
    /// <param name="count">Positions; what follows in a panel is undefined.</param>
    /// <param name="wide">As for <see cref="ReadKeys"/>.</param>
    /// <returns>[headDimension / 16][tokens][16]</returns>
    public float* ReadValues(int count, float* wide)
    {
        if (layout.Format == KeyValueFormat.F32) return (float*)Values;
        const int panelLength = PageLayout.TokenCount * Width;
        for (int panel = 0; panel * Width < layout.HeadDimension; panel++)
        {
            nint first = panel * panelLength;
            if (layout.Format == KeyValueFormat.F16)
            {
                HalfFloat.Widen((ushort*)Values + first, wide + first, count * Width);
            }
            else
            {
                ScaledBytes.WidenByRow((sbyte*)Values + first, ValueScales, count, wide + first);
            }
        }

        return wide;
    }

    private static void Prefetch(byte* first, long length)
    {
        const int cacheLine = 64;
        if (!Sse.IsSupported) return;
        for (long i = 0; i < length; i += cacheLine) Sse.Prefetch0(first + i);
    }

    private int KeyIndex(int slot, int column) =>
        (((slot / Width * layout.HeadDimension) + column) * Width) + (slot % Width);

    private static int ValueIndex(int slot, int column) =>
        (((column / Width * PageLayout.TokenCount) + slot) * Width) + (column % Width);

    private void Set(byte* numbers, int index, float number, float* scales, int slot)
    {
        if (layout.Format == KeyValueFormat.F32) ((float*)numbers)[index] = number;
        else if (layout.Format == KeyValueFormat.F16) ((ushort*)numbers)[index] = HalfFloat.FromSingle(number);
        else ((sbyte*)numbers)[index] = ScaledBytes.Code(number, scales[slot]);
    }

    private float Get(byte* numbers, int index, float* scales, int slot) => layout.Format switch
    {
        KeyValueFormat.F32 => ((float*)numbers)[index],
        KeyValueFormat.F16 => HalfFloat.ToSingle(((ushort*)numbers)[index]),
        _ => ((sbyte*)numbers)[index] * scales[slot],
    };
}
