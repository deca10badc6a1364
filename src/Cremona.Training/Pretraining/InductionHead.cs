using Cremona.Inference.Architectures;

namespace Cremona.Training.Pretraining;

/// <summary>Writes an induction head into the first weights: "find where this token stood before, and say what came
/// after it". A small model needs many millions of tokens to find this circuit by itself, since none of its halves is
/// of use alone; given one to begin with, it copies from its context after some hundred steps.</summary>
/// <remarks>The circuit is that of Olsson et al., 2022 ("In-context Learning and Induction Heads"); to begin from the
/// structure that training ends in is after Trockman and Kolter, 2023 ("Mimetic Initialization of Self-Attention
/// Layers"). It takes head 0 of the first two layers:
/// <list type="number">
/// <item>Every embedding gets the same value in a few coordinates. From it the first layer's queries and keys become
/// the same for every token, and turned against each other so that they agree at a distance of one: the head sees the
/// token before. It writes that token's content into a subspace of its own.</item>
/// <item>The second layer's queries are the content of the token, its keys the content of the token before, both in
/// the slowly turning pairs, which hardly notice the distance; what it finds it writes back as it is, which the tied
/// output head reads.</item>
/// </list></remarks>
internal sealed class InductionHead
{
    // Coordinates that are the same in every embedding, and their value in deviations of the others.
    private const int SharedCount = 4;
    private const double SharedValue = 4;

    // Enough to agree at one distance alone; more of them, turning slower, would see its neighbours too.
    private const int FastPairCount = 3;

    private const float PositionGain = 0.3f;
    private const float PreviousGain = 0.26f;
    private const float MatchGain = 0.5f;
    private const float CopyGain = 0.35f;

    private readonly DecoderConfig _config;
    private readonly DecoderWeights _weights;
    private readonly OrthonormalRows _content;
    private readonly OrthonormalRows _previous;
    private readonly OrthonormalRows _copied;

    private InductionHead(DecoderWeights weights, ulong seed, ulong stream)
    {
        (_config, _weights) = (weights.Config, weights);
        int width = _config.HiddenSize;
        int contentCount = 2 * SlowPairCount(_config.HeadDimension);
        _content = OrthonormalRows.Create(contentCount, width, SharedCount, [], seed, stream);
        _previous = OrthonormalRows.Create(contentCount, width, SharedCount, [_content], seed, stream + 1);
        _copied = OrthonormalRows.Create(_config.HeadDimension, width, SharedCount, [_previous], seed, stream + 2);
    }

    /// <summary>Whether the shape has room for the head's subspaces.</summary>
    public static bool Fits(PretrainShape shape) =>
        shape.LayerCount >= 2
        && shape.HeadDimension / 2 >= 2 * FastPairCount
        && SharedCount + (2 * SlowPairCount(shape.HeadDimension)) + shape.HeadDimension <= shape.HiddenSize;

    /// <param name="weights">Changed; its embedding's deviation is <paramref name="embeddingDeviation"/>.</param>
    /// <param name="embeddingDeviation">Positive.</param>
    /// <param name="seed">Of the random subspaces.</param>
    /// <param name="stream">First of three random streams.</param>
    public static void Write(DecoderWeights weights, double embeddingDeviation, ulong seed, ulong stream)
    {
        var head = new InductionHead(weights, seed, stream);
        head.ShareCoordinates((float)(SharedValue * embeddingDeviation));
        head.LookAtTheTokenBefore();
        head.PassOnItsContent();
        head.MatchContent();
        head.CopyWhatFollows();
    }

    private static int SlowPairCount(int headDimension) => headDimension * 9 / 32;

    private void ShareCoordinates(float value)
    {
        for (int row = 0; row < _config.VocabularySize; row++)
            _weights.Embedding.AsSpan(row * _config.HiddenSize, SharedCount).Fill(value);
    }

    // Positions turn pair i of queries and keys by position times its frequency: a query that is turned back by the
    // frequency meets the key of the position before.
    private void LookAtTheTokenBefore()
    {
        float[] query = Linear(0, LinearKind.Query);
        float[] key = Linear(0, LinearKind.Key);
        int half = _config.HeadDimension / 2;
        for (int pair = 0; pair < FastPairCount; pair++)
        {
            (double sine, double cosine) = Math.SinCos(Math.Pow(_config.RopeTheta, -(double)pair / half));
            for (int column = 0; column < SharedCount; column++)
            {
                key[(pair * _config.HiddenSize) + column] += PositionGain;
                query[(pair * _config.HiddenSize) + column] += PositionGain * (float)cosine;
                query[((pair + half) * _config.HiddenSize) + column] -= PositionGain * (float)sine;
            }
        }
    }

    private void PassOnItsContent()
    {
        _content.CopyToRows(Linear(0, LinearKind.Value), PreviousGain);
        _previous.CopyToColumns(Linear(0, LinearKind.Output), _config.InputSize(LinearKind.Output), PreviousGain);
    }

    private void MatchContent()
    {
        float[] query = Linear(1, LinearKind.Query);
        float[] key = Linear(1, LinearKind.Key);
        int size = _config.HeadDimension * _config.HiddenSize;
        query.AsSpan(0, size).Clear();
        key.AsSpan(0, size).Clear();

        int half = _config.HeadDimension / 2;
        int pairCount = _content.Count / 2;
        for (int i = 0; i < _content.Count; i++)
        {
            int row = half - pairCount + (i % pairCount) + (i / pairCount * half);
            _content.CopyRow(i, query.AsSpan(row * _config.HiddenSize, _config.HiddenSize), MatchGain);
            _previous.CopyRow(i, key.AsSpan(row * _config.HiddenSize, _config.HiddenSize), MatchGain);
        }
    }

    private void CopyWhatFollows()
    {
        _copied.CopyToRows(Linear(1, LinearKind.Value), CopyGain);
        _copied.CopyToColumns(Linear(1, LinearKind.Output), _config.InputSize(LinearKind.Output), CopyGain);
    }

    private float[] Linear(int layer, LinearKind kind) => _weights.Layers[layer].Linear[(int)kind];
}
