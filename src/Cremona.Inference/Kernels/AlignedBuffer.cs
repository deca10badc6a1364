using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cremona.Inference.Kernels;

/// <summary>Floats at a fixed address on a cache line boundary, so that kernels may keep pointers to them as long as
/// this object lives. Not initialised.</summary>
public sealed unsafe class AlignedBuffer
{
    private const int AlignmentBytes = 64;

    // A pinned array needs no finalizer, unlike native memory: the collector frees it.
    private readonly float[] _array;

    public AlignedBuffer(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        _array = GC.AllocateUninitializedArray<float>(
            checked((int)(length + (AlignmentBytes / sizeof(float)))), pinned: true);
        nint start = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_array));
        Address = (float*)((start + AlignmentBytes - 1) & ~(nint)(AlignmentBytes - 1));
        Length = (int)length;
    }

    public int Length { get; }

    /// <summary>Valid while this object is reachable.</summary>
    public float* Address { get; }

    public Span<float> Span => new(Address, Length);

    /// <summary>A buffer of at least this length: the given one if it is long enough.</summary>
    public static AlignedBuffer Grow(ref AlignedBuffer? buffer, long length)
    {
        if (buffer is null || buffer.Length < length) buffer = new AlignedBuffer(length);
        return buffer;
    }
}
