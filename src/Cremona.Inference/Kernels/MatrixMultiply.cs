namespace Cremona.Inference.Kernels;

/// <summary>Float32 matrix products, row-major. First form, the plain triple loop: the engine's kernels replace it.</summary>
public static class MatrixMultiply
{
    /// <summary>c[m, n] = a[m, k] · b[n, k]ᵀ.</summary>
    public static void NT(
        ComputePool pool, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int m, int n, int k, bool accumulate = false) =>
        Run(a, k, 1, b, 1, k, c, m, n, k, accumulate);

    /// <summary>c[m, n] = a[m, k] · b[k, n].</summary>
    public static void NN(
        ComputePool pool, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int m, int n, int k, bool accumulate = false) =>
        Run(a, k, 1, b, n, 1, c, m, n, k, accumulate);

    /// <summary>c[m, n] = a[k, m]ᵀ · b[k, n].</summary>
    public static void TN(
        ComputePool pool, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int m, int n, int k, bool accumulate = false) =>
        Run(a, 1, m, b, n, 1, c, m, n, k, accumulate);

    private static void Run(
        ReadOnlySpan<float> a, int aRow, int aStep, ReadOnlySpan<float> b, int bStep, int bColumn, Span<float> c, int m, int n, int k,
        bool accumulate)
    {
        for (int i = 0; i < m; i++)
            for (int j = 0; j < n; j++)
            {
                float sum = accumulate ? c[(i * n) + j] : 0;
                for (int p = 0; p < k; p++)
                    sum += a[(i * aRow) + (p * aStep)] * b[(p * bStep) + (j * bColumn)];
                c[(i * n) + j] = sum;
            }
    }
}
