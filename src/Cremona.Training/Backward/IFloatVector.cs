namespace Cremona.Training.Backward;

/// <summary>The few operations a matrix tile needs, so that one kernel serves every vector width.</summary>
internal unsafe interface IFloatVector<TVector>
    where TVector : struct
{
    static abstract int Width { get; }

    static abstract TVector Load(float* source);

    static abstract TVector Broadcast(float* source);

    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector sum);

    static abstract void Store(TVector value, float* destination);
}
