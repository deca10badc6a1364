namespace Cremona.Inference.Kernels;

/// <summary>The specification of <see cref="MatrixMultiply"/>: each output is one chain of fused multiply-adds over
/// ascending k, started from 0 or, when accumulating, from the output's old value.</summary>
public static class MatrixMultiplyReference
{
    /// <summary>c[m, n] = a[m, k] · b[n, k]ᵀ</summary>
    public static void NT(
        ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int m, int n, int k, bool accumulate = false)
    {
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                float sum = accumulate ? c[(i * n) + j] : 0;
                for (int l = 0; l < k; l++) sum = MathF.FusedMultiplyAdd(a[(i * k) + l], b[(j * k) + l], sum);
                c[(i * n) + j] = sum;
            }
        }
    }

    /// <summary>c[m, n] = a[m, k] · b[k, n]</summary>
    public static void NN(
        ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int m, int n, int k, bool accumulate = false)
    {
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                float sum = accumulate ? c[(i * n) + j] : 0;
                for (int l = 0; l < k; l++) sum = MathF.FusedMultiplyAdd(a[(i * k) + l], b[(l * n) + j], sum);
                c[(i * n) + j] = sum;
            }
        }
    }

    /// <summary>c[m, n] = a[k, m]ᵀ · b[k, n]</summary>
    public static void TN(
        ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int m, int n, int k, bool accumulate = false)
    {
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                float sum = accumulate ? c[(i * n) + j] : 0;
                for (int l = 0; l < k; l++) sum = MathF.FusedMultiplyAdd(a[(l * m) + i], b[(l * n) + j], sum);
                c[(i * n) + j] = sum;
            }
        }
    }

    /// <summary>c[m, N] = a[m, K] · bᵀ</summary>
    public static void Packed(ReadOnlySpan<float> a, WeightMatrix b, Span<float> c, int m, bool accumulate = false)
    {
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < b.N; j++)
            {
                float sum = accumulate ? c[(i * b.N) + j] : 0;
                for (int l = 0; l < b.K; l++) sum = MathF.FusedMultiplyAdd(a[(i * b.K) + l], b[j, l], sum);
                c[(i * b.N) + j] = sum;
            }
        }
    }
}
