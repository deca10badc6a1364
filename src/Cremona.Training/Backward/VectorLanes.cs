using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cremona.Training.Backward;

/// <summary>Loads and stores of <see cref="Vector{T}"/> at a float offset; the caller keeps within bounds.</summary>
internal static class VectorLanes
{
    public static int Width => Vector<float>.Count;

    /// <summary>The part of a length that whole vectors cover.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Whole(int length) => length - (length % Vector<float>.Count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Load(ReadOnlySpan<float> x, int offset) =>
        Vector.LoadUnsafe(ref MemoryMarshal.GetReference(x), (nuint)offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(this Vector<float> value, Span<float> x, int offset) =>
        value.StoreUnsafe(ref MemoryMarshal.GetReference(x), (nuint)offset);
}
