namespace Cremona.Inference.Kernels;

/// <summary>Looks up rows of an embedding matrix.</summary>
public static class Embedding
{
    /// <param name="table">[vocabularySize, hiddenSize]</param>
    /// <param name="tokens">[tokens]; each a row of the table.</param>
    /// <param name="hiddenSize">Length of a row.</param>
    /// <param name="result">[tokens, hiddenSize]</param>
    public static void Gather(
        ReadOnlySpan<float> table, ReadOnlySpan<int> tokens, int hiddenSize, Span<float> result)
    {
        for (int i = 0; i < tokens.Length; i++)
        {
            table.Slice(tokens[i] * hiddenSize, hiddenSize).CopyTo(result[(i * hiddenSize)..]);
        }
    }
}
