using System.Buffers.Binary;

namespace Cremona.Inference.Checkpoints.Gguf;

/// <summary>Block sizes of GGUF's element types, and their conversion to and from float32. Layouts: ggml-quants of
/// github.com/ggml-org/llama.cpp.</summary>
internal static class GgufBlocks
{
    private const int SmallBlock = 32;
    private const int LargeBlock = 256;

    /// <summary>Elements of a block.</summary>
    public static int BlockSize(this GgufType type) => type switch
    {
        GgufType.F32 or GgufType.F16 or GgufType.BF16 => 1,
        GgufType.Q4_K or GgufType.Q5_K or GgufType.Q6_K => LargeBlock,
        _ => SmallBlock,
    };

    /// <summary>Bytes of a block.</summary>
    public static int BlockBytes(this GgufType type) => type switch
    {
        GgufType.F32 => 4,
        GgufType.F16 or GgufType.BF16 => 2,
        GgufType.Q4_0 => 18,
        GgufType.Q4_1 => 20,
        GgufType.Q5_0 => 22,
        GgufType.Q8_0 => 34,
        GgufType.Q4_K => 144,
        GgufType.Q5_K => 176,
        GgufType.Q6_K => 210,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    /// <summary>Whole blocks to float32.</summary>
    /// <param name="type">Of the blocks.</param>
    /// <param name="bytes">A whole number of blocks.</param>
    /// <param name="values">As many elements as the blocks hold.</param>
    public static void Decode(GgufType type, ReadOnlySpan<byte> bytes, Span<float> values)
    {
        if (type.BlockSize() == 1)
        {
            TensorTypes.Decode(ElementType(type), bytes, values);
            return;
        }

        for (; values.Length > 0; bytes = bytes[type.BlockBytes()..], values = values[type.BlockSize()..])
        {
            DecodeBlock(type, bytes[..type.BlockBytes()], values[..type.BlockSize()]);
        }
    }

    /// <summary>Float32 to whole blocks, rounded as llama.cpp does.</summary>
    /// <param name="type">F32, F16, BF16, Q8_0 or Q4_0.</param>
    /// <param name="values">A whole number of blocks.</param>
    /// <param name="bytes">Written.</param>
    public static void Encode(GgufType type, ReadOnlySpan<float> values, Span<byte> bytes)
    {
        if (type.BlockSize() == 1)
        {
            TensorTypes.Encode(ElementType(type), values, bytes);
            return;
        }

        for (; values.Length > 0; bytes = bytes[type.BlockBytes()..], values = values[type.BlockSize()..])
        {
            if (type == GgufType.Q8_0) EncodeBytes(values[..SmallBlock], bytes);
            else if (type == GgufType.Q4_0) EncodeNibbles(values[..SmallBlock], bytes);
            else throw new ArgumentOutOfRangeException(nameof(type), type, "This type is read, not written.");
        }
    }

    private static TensorType ElementType(GgufType type) => type switch
    {
        GgufType.F32 => TensorType.F32,
        GgufType.F16 => TensorType.F16,
        _ => TensorType.BF16,
    };

    private static void DecodeBlock(GgufType type, ReadOnlySpan<byte> block, Span<float> values)
    {
        switch (type)
        {
            case GgufType.Q4_0:
                DecodeNibbles(block[2..], values, Half(block), -8 * Half(block));
                break;
            case GgufType.Q4_1:
                DecodeNibbles(block[4..], values, Half(block), Half(block[2..]));
                break;
            case GgufType.Q5_0:
                DecodeFiveBits(block, values);
                break;
            case GgufType.Q8_0:
                for (int i = 0; i < SmallBlock; i++) values[i] = Half(block) * (sbyte)block[2 + i];
                break;
            case GgufType.Q4_K:
                DecodeParts(block, default, block[16..], values);
                break;
            case GgufType.Q5_K:
                DecodeParts(block, block.Slice(16, 32), block[48..], values);
                break;
            default:
                DecodeSixBits(block, values);
                break;
        }
    }

    private static float Half(ReadOnlySpan<byte> bytes) => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes);

    private static void DecodeNibbles(ReadOnlySpan<byte> codes, Span<float> values, float scale, float offset)
    {
        for (int i = 0; i < SmallBlock / 2; i++)
        {
            values[i] = ((codes[i] & 15) * scale) + offset;
            values[i + (SmallBlock / 2)] = ((codes[i] >> 4) * scale) + offset;
        }
    }

    private static void DecodeFiveBits(ReadOnlySpan<byte> block, Span<float> values)
    {
        float scale = Half(block);
        uint high = BinaryPrimitives.ReadUInt32LittleEndian(block[2..]);
        ReadOnlySpan<byte> codes = block[6..];
        for (int i = 0; i < SmallBlock / 2; i++)
        {
            int low = (codes[i] & 15) | ((int)((high >> i) & 1) << 4);
            int upper = (codes[i] >> 4) | ((int)((high >> (i + 16)) & 1) << 4);
            values[i] = (low - 16) * scale;
            values[i + (SmallBlock / 2)] = (upper - 16) * scale;
        }
    }

    /// <summary>Q4_K and Q5_K: eight parts of 32; two parts share 32 bytes of codes.</summary>
    private static void DecodeParts(
        ReadOnlySpan<byte> block, ReadOnlySpan<byte> fifthBits, ReadOnlySpan<byte> codes, Span<float> values)
    {
        float scale = Half(block);
        float minimum = Half(block[2..]);
        for (int part = 0; part < 8; part++)
        {
            (int partScale, int partMinimum) = SixBitPair(block.Slice(4, 12), part);
            ReadOnlySpan<byte> source = codes.Slice(part / 2 * SmallBlock, SmallBlock);
            for (int i = 0; i < SmallBlock; i++)
            {
                int code = part % 2 == 0 ? source[i] & 15 : source[i] >> 4;
                if (!fifthBits.IsEmpty) code |= ((fifthBits[i] >> part) & 1) << 4;
                values[(part * SmallBlock) + i] = (scale * partScale * code) - (minimum * partMinimum);
            }
        }
    }

    /// <summary>Scale and minimum of a part: the first four lie whole in six bits, the others in two pieces.</summary>
    private static (int Scale, int Minimum) SixBitPair(ReadOnlySpan<byte> packed, int part) => part < 4
        ? (packed[part] & 63, packed[part + 4] & 63)
        : ((packed[part + 4] & 15) | (packed[part - 4] >> 6 << 4), (packed[part + 4] >> 4) | (packed[part] >> 6 << 4));

    private static void DecodeSixBits(ReadOnlySpan<byte> block, Span<float> values)
    {
        ReadOnlySpan<byte> scales = block.Slice(192, 16);
        float scale = Half(block[208..]);
        for (int i = 0; i < LargeBlock; i++)
        {
            // Halves of 128; in a half, four quarters of 32 share the bytes of the upper bits.
            int half = i / 128;
            int quarter = i % 128 / SmallBlock;
            int column = i % SmallBlock;
            byte low = block[(half * 64) + (quarter % 2 * SmallBlock) + column];
            byte high = block[128 + (half * SmallBlock) + column];
            int code = (quarter < 2 ? low & 15 : low >> 4) | (((high >> (2 * quarter)) & 3) << 4);
            values[i] = scale * (sbyte)scales[i / 16] * (code - 32);
        }
    }

    private static void EncodeBytes(ReadOnlySpan<float> values, Span<byte> block)
    {
        float largest = 0;
        foreach (float value in values) largest = MathF.Max(largest, MathF.Abs(value));
        float scale = largest / 127;
        float inverse = scale == 0 ? 0 : 1 / scale;
        BinaryPrimitives.WriteHalfLittleEndian(block, (Half)scale);
        for (int i = 0; i < SmallBlock; i++)
        {
            float code = MathF.Round(values[i] * inverse, MidpointRounding.AwayFromZero);
            block[2 + i] = (byte)(sbyte)Math.Clamp(code, -127, 127);
        }
    }

    private static void EncodeNibbles(ReadOnlySpan<float> values, Span<byte> block)
    {
        float largest = 0;
        foreach (float value in values)
        {
            if (MathF.Abs(value) > MathF.Abs(largest)) largest = value;
        }

        float scale = largest / -8;
        float inverse = scale == 0 ? 0 : 1 / scale;
        BinaryPrimitives.WriteHalfLittleEndian(block, (Half)scale);
        for (int i = 0; i < SmallBlock / 2; i++)
        {
            int low = Math.Clamp((int)((values[i] * inverse) + 8.5f), 0, 15);
            int high = Math.Clamp((int)((values[i + (SmallBlock / 2)] * inverse) + 8.5f), 0, 15);
            block[2 + i] = (byte)(low | (high << 4));
        }
    }
}
