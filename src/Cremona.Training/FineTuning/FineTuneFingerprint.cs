using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Cremona.Inference.Architectures;
using Cremona.Training.Data;

namespace Cremona.Training.FineTuning;

/// <summary>One text that differs whenever anything differs that the adapter depends on.</summary>
internal static class FineTuneFingerprint
{
    public static string Of(FineTuneRequest request, FineTuneSettings settings)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, $"""
            {request.BaseModelName}
            {request.BaseModel.Config}
            {request.Hyperparameters}
            {request.Seed}
            {settings}
            """);
        AddRows(hash, request.TrainingRows);
        AddRows(hash, request.ValidationRows);
        AddWeights(hash, request.BaseModel.Weights);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Add(IncrementalHash hash, FormattableString text) =>
        hash.AppendData(Encoding.UTF8.GetBytes(text.ToString(CultureInfo.InvariantCulture)));

    private static void AddRows(IncrementalHash hash, IReadOnlyList<TokenizedRow> rows)
    {
        Add(hash, $"\n{rows.Count}");
        foreach (TokenizedRow row in rows)
        {
            Add(hash, $"\n{row.Tokens.Length} ");
            hash.AppendData(MemoryMarshal.AsBytes(row.Tokens.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(row.IsLearned.AsSpan()));
        }
    }

    private static void AddWeights(IncrementalHash hash, DecoderWeights weights)
    {
        Add(hash, weights.Embedding);
        foreach (DecoderLayerWeights layer in weights.Layers)
        {
            Add(hash, layer.AttentionNorm);
            Add(hash, layer.MlpNorm);
            foreach (float[] matrix in layer.Linear) Add(hash, matrix);
            foreach (float[]? bias in layer.Bias) Add(hash, bias);
            Add(hash, layer.QueryNorm);
            Add(hash, layer.KeyNorm);
        }

        Add(hash, weights.FinalNorm);
        Add(hash, weights.Head);
    }

    private static void Add(IncrementalHash hash, float[]? values) =>
        hash.AppendData(MemoryMarshal.AsBytes((values ?? []).AsSpan()));
}
