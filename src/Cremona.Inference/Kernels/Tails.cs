namespace Cremona.Inference.Kernels;

/// <summary>The last elements of a row that do not fill a vector, moved through a vector's worth of stack.</summary>
internal static unsafe class Tails
{
    public static void Load(float* source, float* vector, int count, int width, float filler)
    {
        for (int i = 0; i < count; i++) vector[i] = source[i];
        for (int i = count; i < width; i++) vector[i] = filler;
    }

    public static void Store(float* vector, float* destination, int count)
    {
        for (int i = 0; i < count; i++) destination[i] = vector[i];
    }
}
