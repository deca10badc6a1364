using Cremona.Inference.Adapters;
using Cremona.Inference.Architectures;
using Cremona.Inference.Kernels;

namespace Cremona.Training.Backward;

/// <summary>Forward and backward passes of a decoder over packed batches, in float32. The results are a function of
/// weights and batches only: bit for bit the same whatever the number of threads of the pool. Not
/// thread-safe.</summary>
public sealed class DecoderTrainer : IDisposable
{
    private readonly DecoderConfig _config;
    private readonly ComputePool _pool;
    private readonly float[] _embedding; // [vocabularySize, hiddenSize]
    private readonly BatchLayout _batch;
    private readonly DecoderBlock[] _blocks;
    private readonly OutputHead _head;
    private readonly List<TrainableTensor> _parameters = [];
    private readonly LoraSettings? _lora;
    private float[] _stream; // [tokenCapacity, hiddenSize], output of the last block
    private float[] _dStream; // [tokenCapacity, hiddenSize]
    private float[]? _embeddingGradient; // null when frozen
    private bool _isDisposed;

    private DecoderTrainer(DecoderWeights weights, LoraSettings? lora, ComputePool pool, int tokenCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tokenCapacity, 1);
        (_config, _pool, _lora, _embedding) = (weights.Config, pool, lora, weights.Embedding);
        _batch = new BatchLayout(tokenCapacity);
        var scratch = new TrainerScratch(_config, tokenCapacity);
        RotaryTable rotary = _config.CreateRotaryTable();
        rotary.Reserve(Math.Min(tokenCapacity, _config.ContextLength));
        _blocks = [.. weights.Layers.Select(
            (layer, i) => new DecoderBlock(_config, i, layer, pool, scratch, rotary, tokenCapacity))];
        _head = new OutputHead(weights, pool, tokenCapacity);
        _stream = new float[tokenCapacity * _config.HiddenSize];
        _dStream = new float[tokenCapacity * _config.HiddenSize];
    }

    /// <summary>Every trained tensor, in a fixed order.</summary>
    public IReadOnlyList<TrainableTensor> Parameters => _parameters;

    /// <summary>Trains all parameters. The arrays of <paramref name="weights"/> are the parameters: an optimiser
    /// updates them in place, so nothing else may use them meanwhile.</summary>
    /// <param name="weights">The decoder.</param>
    /// <param name="pool">Threads to compute on; stays the caller's to dispose.</param>
    /// <param name="tokenCapacity">The most tokens of a batch; activation memory is allocated for them here,
    /// once.</param>
    public static DecoderTrainer ForFullParameters(DecoderWeights weights, ComputePool pool, int tokenCapacity)
    {
        var trainer = new DecoderTrainer(weights, null, pool, tokenCapacity);
        trainer.TrainEverything(weights);
        return trainer;
    }

    /// <summary>Trains a fresh LoRA adapter over a base that is only read.</summary>
    /// <param name="frozenBase">The decoder.</param>
    /// <param name="settings">Rank, alpha and targets of the adapter.</param>
    /// <param name="seed">Determines the initial A matrices; B starts at zero.</param>
    /// <param name="pool">Threads to compute on; stays the caller's to dispose.</param>
    /// <param name="tokenCapacity">The most tokens of a batch; activation memory is allocated for them here,
    /// once.</param>
    public static DecoderTrainer ForLora(
        DecoderWeights frozenBase, LoraSettings settings, ulong seed, ComputePool pool, int tokenCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.Rank, 1);
        if (settings.Targets.Count == 0)
            throw new ArgumentException("A LoRA adapter needs at least one target layer.", nameof(settings));
        var trainer = new DecoderTrainer(frozenBase, settings, pool, tokenCapacity);
        trainer.AdaptTargets(settings, seed, tokenCapacity);
        return trainer;
    }

    /// <summary>Adds <paramref name="gradientScale"/> · d(sum of losses)/d(parameter) to every gradient.</summary>
    /// <returns>The sum, not the mean, of the cross-entropies in nats, and how many learned tokens it is
    /// over.</returns>
    /// <exception cref="ArgumentException">The batch exceeds the capacity or the model's context, or is
    /// malformed.</exception>
    public (double LossSum, int LearnedTokens) ForwardBackward(PackedBatch batch, float gradientScale)
    {
        Forward(batch);
        if (_batch.LearnedCount == 0)
            return (0, 0);
        double loss = _head.LossAndGradient(_batch, _stream, _dStream, gradientScale);
        for (int layer = _blocks.Length - 1; layer >= 0; layer--)
            _blocks[layer].Backward(_batch, _dStream, needsInput: layer > 0 || _embeddingGradient != null);
        if (_embeddingGradient != null)
            AddEmbeddingGradient(_embeddingGradient);
        return (loss, _batch.LearnedCount);
    }

    /// <summary>The losses of <see cref="ForwardBackward"/> without gradients.</summary>
    public (double LossSum, int LearnedTokens) Evaluate(PackedBatch batch)
    {
        Forward(batch);
        return (_head.Loss(_batch, _stream), _batch.LearnedCount);
    }

    /// <summary>What the model as it is now finds likeliest for each learned token, in order.</summary>
    /// <param name="batch">What is learned says where.</param>
    /// <param name="count">Tokens of a distribution, at most.</param>
    public TokenDistribution[] Predict(PackedBatch batch, int count)
    {
        Forward(batch);
        return _head.Predict(_batch, _stream, count);
    }

    /// <summary>Logits of every token of the batch.</summary>
    /// <param name="batch">What is learned does not matter here.</param>
    /// <param name="logits">[tokens, vocabularySize], written.</param>
    public void Logits(PackedBatch batch, Span<float> logits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(logits.Length, batch.Tokens.Length * _config.VocabularySize);
        Forward(batch);
        _head.AllLogits(_stream, _batch.TokenCount, logits);
    }

    /// <summary>A copy of the adapter as it is now.</summary>
    /// <exception cref="InvalidOperationException">This trainer trains all parameters.</exception>
    public LoraAdapter ToAdapter()
    {
        if (_lora == null)
            throw new InvalidOperationException("This trainer trains all parameters; it has no adapter.");
        var matrices = new Dictionary<(int, LinearKind), LoraMatrices>();
        for (int layer = 0; layer < _blocks.Length; layer++)
            foreach (var kind in LinearKinds.All)
                if (_blocks[layer].Adapter(kind) is var (a, b))
                    matrices[(layer, kind)] = new LoraMatrices([.. a.Value], [.. b.Value]);
        return new LoraAdapter(_config, _lora.Rank, _lora.Alpha, matrices);
    }

    /// <summary>Lets go of the activation memory. The parameters stay valid.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        Array.Clear(_blocks);
        (_stream, _dStream) = ([], []);
    }

    private void TrainEverything(DecoderWeights weights)
    {
        var embedding = new TrainableTensor(
            "model.embed_tokens.weight", weights.Embedding, new float[weights.Embedding.Length], Decays: true);
        _embeddingGradient = embedding.Gradient;
        _head.MatrixGradient = embedding.Gradient;
        _parameters.Add(embedding);
        for (int layer = 0; layer < _blocks.Length; layer++)
            _parameters.AddRange(_blocks[layer].Train($"model.layers.{layer}"));
        _parameters.Add(_head.TrainNorm());
        if (weights.Head == null)
            return;
        var head = new TrainableTensor("lm_head.weight", weights.Head, new float[weights.Head.Length], Decays: true);
        _head.MatrixGradient = head.Gradient;
        _parameters.Add(head);
    }

    private void AdaptTargets(LoraSettings settings, ulong seed, int tokenCapacity)
    {
        for (int layer = 0; layer < _blocks.Length; layer++)
            foreach (var kind in LinearKinds.All.Where(settings.Targets.Contains))
            {
                // The stream names the matrix, so its numbers do not depend on which others are adapted.
                ulong stream = (ulong)((layer * LinearKinds.All.Count) + (int)kind);
                _parameters.AddRange(_blocks[layer].Adapt(
                    $"base_model.model.model.layers.{layer}", kind, settings, seed, stream, tokenCapacity));
            }
    }

    private void Forward(PackedBatch batch)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _batch.Read(batch, _config.VocabularySize, _config.ContextLength);
        int hidden = _config.HiddenSize;
        float[] first = _blocks.Length > 0 ? _blocks[0].Input : _stream;
        TokenBlocks.Run(_pool, _batch.TokenCount, (from, end) =>
        {
            for (int t = from; t < end; t++)
                _embedding.AsSpan(_batch.Tokens[t] * hidden, hidden).CopyTo(first.AsSpan(t * hidden));
        });
        for (int layer = 0; layer < _blocks.Length; layer++)
            _blocks[layer].Forward(_batch, layer + 1 < _blocks.Length ? _blocks[layer + 1].Input : _stream);
    }

    /// <summary>Scatters the gradient of the first block's input over the embedding rows. A task owns a range of
    /// columns and takes the tokens in order, so tokens that occur twice are always summed in the same order.</summary>
    private void AddEmbeddingGradient(float[] gradient)
    {
        const int columns = 64;
        int hidden = _config.HiddenSize;
        _pool.Run((hidden + columns - 1) / columns, task =>
        {
            int first = task * columns;
            int width = Math.Min(columns, hidden - first);
            for (int t = 0; t < _batch.TokenCount; t++)
                VectorMath.Add(
                    _dStream.AsSpan((t * hidden) + first, width),
                    gradient.AsSpan((_batch.Tokens[t] * hidden) + first, width));
        });
    }
}
