using Cremona.Inference.Architectures;
using Cremona.Inference.Kernels;

namespace Cremona.Training.Backward;

/// <summary>Final norm, output head and loss. Logits exist only for positions that must predict a learned token, and
/// only a chunk of them at a time, so memory does not grow with batch times vocabulary.</summary>
internal sealed class OutputHead
{
    /// <summary>Logits in memory at a time, about: 8 MiB.</summary>
    private const int ChunkLogits = 1 << 21;

    private readonly ComputePool _pool;
    private readonly DecoderConfig _config;
    private readonly float[] _matrix; // [vocabularySize, hiddenSize]
    private readonly NormLayer _norm;
    private readonly int _chunk;
    private readonly float[] _gathered; // [chunk, hiddenSize], the stream at the chunk's positions
    private readonly float[] _normed; // [chunk, hiddenSize]
    private readonly float[] _dNormed; // [chunk, hiddenSize]
    private readonly float[] _dGathered; // [chunk, hiddenSize]
    private readonly float[] _logits; // [chunk, vocabularySize]
    private readonly double[] _losses; // [chunk]

    public OutputHead(DecoderWeights weights, ComputePool pool, int tokenCapacity)
    {
        _pool = pool;
        _config = weights.Config;
        _matrix = weights.HeadOrEmbedding;
        _chunk = Math.Min(tokenCapacity, Math.Clamp(ChunkLogits / _config.VocabularySize, 32, 1024));
        _norm = new NormLayer(pool, weights.FinalNorm, _config.RmsNormEpsilon, 1, _chunk);
        _gathered = new float[_chunk * _config.HiddenSize];
        _normed = new float[_chunk * _config.HiddenSize];
        _dNormed = new float[_chunk * _config.HiddenSize];
        _dGathered = new float[_chunk * _config.HiddenSize];
        _logits = new float[_chunk * _config.VocabularySize];
        _losses = new double[_chunk];
    }

    /// <summary>Gradient of the head matrix; null when it is frozen.</summary>
    public float[]? MatrixGradient { get; set; }

    public TrainableTensor TrainNorm() => _norm.Train("model.norm");

    /// <summary>Sum of the losses of the batch's learned tokens.</summary>
    public double Loss(BatchLayout batch, float[] stream)
    {
        double sum = 0;
        for (int first = 0; first < batch.LearnedCount; first += _chunk)
        {
            int count = Math.Min(_chunk, batch.LearnedCount - first);
            ChunkForward(batch.Sources.AsSpan(first, count), stream);
            _pool.Run(count, i => _losses[i] = CrossEntropy.Loss(Logits(i), batch.Targets[first + i]));
            sum += SumLosses(count);
        }
        return sum;
    }

    /// <summary>As <see cref="Loss"/>; writes scale · d(loss)/d(stream) to <paramref name="dStream"/> (zero at
    /// positions that predict nothing learned) and adds the gradients of head and norm.</summary>
    public double LossAndGradient(BatchLayout batch, float[] stream, float[] dStream, float scale)
    {
        int hidden = _config.HiddenSize;
        dStream.AsSpan(0, batch.TokenCount * hidden).Clear();
        double sum = 0;
        for (int first = 0; first < batch.LearnedCount; first += _chunk)
        {
            int count = Math.Min(_chunk, batch.LearnedCount - first);
            var sources = batch.Sources.AsSpan(first, count);
            ChunkForward(sources, stream);
            _pool.Run(count, i => _losses[i] = batch.Distributions[first + i] is { } distribution
                ? CrossEntropy.LossAndGradient(Logits(i), distribution, scale)
                : CrossEntropy.LossAndGradient(Logits(i), batch.Targets[first + i], scale));
            sum += SumLosses(count);
            ChunkBackward(count);
            for (int i = 0; i < count; i++)
                _dGathered.AsSpan(i * hidden, hidden).CopyTo(dStream.AsSpan(sources[i] * hidden));
        }
        return sum;
    }

    /// <summary>What is likeliest at each position that predicts a learned token.</summary>
    /// <param name="batch">The layout.</param>
    /// <param name="stream">[tokens, hiddenSize]</param>
    /// <param name="count">Tokens of a distribution, at most.</param>
    public TokenDistribution[] Predict(BatchLayout batch, float[] stream, int count)
    {
        var predicted = new TokenDistribution[batch.LearnedCount];
        for (int first = 0; first < batch.LearnedCount; first += _chunk)
        {
            int rows = Math.Min(_chunk, batch.LearnedCount - first);
            ChunkForward(batch.Sources.AsSpan(first, rows), stream);
            _pool.Run(rows, i => predicted[first + i] = TokenDistribution.Top(Logits(i), count));
        }

        return predicted;
    }

    /// <summary>Logits of every token, [tokens, vocabularySize].</summary>
    public void AllLogits(float[] stream, int tokens, Span<float> logits)
    {
        int hidden = _config.HiddenSize;
        int vocabulary = _config.VocabularySize;
        for (int first = 0; first < tokens; first += _chunk)
        {
            int count = Math.Min(_chunk, tokens - first);
            stream.AsSpan(first * hidden, count * hidden).CopyTo(_gathered);
            _norm.Forward(_gathered, _normed, count);
            MatrixMultiply.NT(
                _pool, _normed.AsSpan(0, count * hidden), _matrix, logits.Slice(first * vocabulary, count * vocabulary),
                count, vocabulary, hidden);
        }
    }

    private Span<float> Logits(int row) => _logits.AsSpan(row * _config.VocabularySize, _config.VocabularySize);

    private double SumLosses(int count)
    {
        double sum = 0;
        for (int i = 0; i < count; i++)
            sum += _losses[i];
        return sum;
    }

    private void ChunkForward(ReadOnlySpan<int> sources, float[] stream)
    {
        int hidden = _config.HiddenSize;
        int vocabulary = _config.VocabularySize;
        int count = sources.Length;
        for (int i = 0; i < count; i++)
            stream.AsSpan(sources[i] * hidden, hidden).CopyTo(_gathered.AsSpan(i * hidden));
        _norm.Forward(_gathered, _normed, count);
        MatrixMultiply.NT(
            _pool, _normed.AsSpan(0, count * hidden), _matrix, _logits.AsSpan(0, count * vocabulary),
            count, vocabulary, hidden);
    }

    private void ChunkBackward(int count)
    {
        int hidden = _config.HiddenSize;
        int vocabulary = _config.VocabularySize;
        var dLogits = _logits.AsSpan(0, count * vocabulary);
        if (MatrixGradient != null)
            MatrixMultiply.TN(
                _pool, dLogits, _normed.AsSpan(0, count * hidden), MatrixGradient,
                vocabulary, hidden, count, accumulate: true);
        MatrixMultiply.NN(
            _pool, dLogits, _matrix, _dNormed.AsSpan(0, count * hidden), count, hidden, vocabulary);
        _dGathered.AsSpan(0, count * hidden).Clear();
        _norm.Backward(_gathered, _dNormed, _dGathered, count);
    }
}
