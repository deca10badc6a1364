namespace Cremona.Inference.Kernels;

/// <summary>The operations a kernel needs from one instruction set, so that each kernel is written once and compiled
/// for every width. All operations work lane by lane; pointers need no alignment.</summary>
/// <typeparam name="TVector">The vector register type, <c>Vector512&lt;float&gt;</c> for example.</typeparam>
public unsafe interface ISimd<TVector>
    where TVector : struct
{
    /// <summary>Floats in a vector.</summary>
    static abstract int Width { get; }

    /// <summary>Rows of the matrix-multiply tile: as many accumulators as the registers hold.</summary>
    static abstract int TileRows { get; }

    static abstract TVector Zero { get; }

    static abstract TVector Load(float* source);

    /// <summary>As many bfloat16 as the vector has lanes.</summary>
    static abstract TVector LoadBrain(ushort* source);

    static abstract void Store(float* destination, TVector value);

    static abstract TVector Broadcast(float value);

    /// <summary>a * b + c, rounded once where the hardware can.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    static abstract TVector Add(TVector a, TVector b);

    static abstract TVector Subtract(TVector a, TVector b);

    static abstract TVector Multiply(TVector a, TVector b);

    static abstract TVector Divide(TVector a, TVector b);

    /// <summary>The larger lane; not a number in either lane gives either.</summary>
    static abstract TVector Max(TVector a, TVector b);

    /// <summary>The smaller lane; not a number in either lane gives either.</summary>
    static abstract TVector Min(TVector a, TVector b);

    /// <summary>Rounds to the nearest integer, ties to even.</summary>
    static abstract TVector Round(TVector value);

    /// <summary>2 to the power of an integral exponent in [-126, 127].</summary>
    static abstract TVector PowerOfTwo(TVector exponent);

    static abstract float Sum(TVector value);

    static abstract float MaxLane(TVector value);
}
