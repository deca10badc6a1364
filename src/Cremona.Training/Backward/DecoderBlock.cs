using Cremona.Inference.Architectures;
using Cremona.Inference.Kernels;

namespace Cremona.Training.Backward;

/// <summary>One decoder block with what it keeps from the forward pass. Norm outputs and SwiGLU outputs are computed
/// again on the way back: that costs less than the memory to keep them.</summary>
internal sealed class DecoderBlock
{
    private readonly ComputePool _pool;
    private readonly DecoderConfig _config;
    private readonly TrainerScratch _scratch;
    private readonly CausalAttention _attention;
    private readonly RotaryTable _rotary;
    private readonly LinearLayer[] _linear; // by LinearKind
    private readonly NormLayer _attentionNorm;
    private readonly NormLayer _mlpNorm;
    private readonly NormLayer? _queryNorm;
    private readonly NormLayer? _keyNorm;
    private readonly AttentionTensors _tensors;
    private readonly float[] _queryRaw; // [tokens, querySize] before the query norm; empty without one
    private readonly float[] _keyRaw; // [tokens, keyValueSize]
    private readonly float[] _middle; // [tokens, hiddenSize], between attention and feed-forward
    private readonly float[] _gate; // [tokens, intermediateSize]
    private readonly float[] _up; // [tokens, intermediateSize]

    public DecoderBlock(
        DecoderConfig config,
        int layer,
        DecoderLayerWeights weights,
        ComputePool pool,
        TrainerScratch scratch,
        RotaryTable rotary,
        int tokenCapacity)
    {
        (_pool, _config, _scratch, _rotary) = (pool, config, scratch, rotary);
        _attention = new CausalAttention(config, config.WindowOf(layer), pool);
        _linear = [.. LinearKinds.All.Select(kind => new LinearLayer(
            pool,
            config.InputSize(kind),
            config.OutputSize(kind),
            weights.Linear[(int)kind],
            weights.Bias[(int)kind]))];
        float epsilon = config.RmsNormEpsilon;
        _attentionNorm = new NormLayer(pool, weights.AttentionNorm, epsilon, 1, tokenCapacity);
        _mlpNorm = new NormLayer(pool, weights.MlpNorm, epsilon, 1, tokenCapacity);
        if (weights.QueryNorm != null)
            _queryNorm = new NormLayer(pool, weights.QueryNorm, epsilon, config.HeadCount, tokenCapacity);
        if (weights.KeyNorm != null)
            _keyNorm = new NormLayer(pool, weights.KeyNorm, epsilon, config.KeyValueHeadCount, tokenCapacity);
        Input = new float[tokenCapacity * config.HiddenSize];
        _tensors = new AttentionTensors(
            new float[tokenCapacity * config.QuerySize],
            new float[tokenCapacity * config.KeyValueSize],
            new float[tokenCapacity * config.KeyValueSize],
            new float[tokenCapacity * config.QuerySize],
            new float[tokenCapacity * config.HeadCount]);
        _queryRaw = new float[_queryNorm == null ? 0 : tokenCapacity * config.QuerySize];
        _keyRaw = new float[_keyNorm == null ? 0 : tokenCapacity * config.KeyValueSize];
        _middle = new float[tokenCapacity * config.HiddenSize];
        _gate = new float[tokenCapacity * config.IntermediateSize];
        _up = new float[tokenCapacity * config.IntermediateSize];
    }

    /// <summary>The residual stream that enters the block; the block before it writes here.</summary>
    public float[] Input { get; } // [tokens, hiddenSize]

    private bool TrainsNorms => _attentionNorm.Weight != null;

    private LinearLayer this[LinearKind kind] => _linear[(int)kind];

    /// <summary>Trains everything in the block.</summary>
    public IEnumerable<TrainableTensor> Train(string prefix)
    {
        yield return _attentionNorm.Train($"{prefix}.input_layernorm");
        foreach (var kind in LinearKinds.All)
            foreach (var tensor in this[kind].Train($"{prefix}.{kind.ModuleName()}"))
                yield return tensor;
        if (_queryNorm != null)
            yield return _queryNorm.Train($"{prefix}.self_attn.q_norm");
        if (_keyNorm != null)
            yield return _keyNorm.Train($"{prefix}.self_attn.k_norm");
        yield return _mlpNorm.Train($"{prefix}.post_attention_layernorm");
    }

    /// <summary>Adds an adapter to one linear layer.</summary>
    public IEnumerable<TrainableTensor> Adapt(
        string prefix, LinearKind kind, LoraSettings settings, ulong seed, ulong stream, int tokenCapacity) =>
        this[kind].Adapt($"{prefix}.{kind.ModuleName()}", settings, seed, stream, tokenCapacity);

    /// <summary>The trained factors of one linear layer.</summary>
    public (TrainableTensor A, TrainableTensor B)? Adapter(LinearKind kind) =>
        this[kind] is { LoraA: { } a, LoraB: { } b } ? (a, b) : null;

    /// <summary>From <see cref="Input"/> to <paramref name="output"/>, [tokens, hiddenSize].</summary>
    public void Forward(BatchLayout batch, float[] output)
    {
        int tokens = batch.TokenCount;
        int stream = tokens * _config.HiddenSize;
        _attentionNorm.Forward(Input, _scratch.Normed, tokens);
        this[LinearKind.Query].Forward(_scratch.Normed, _queryNorm == null ? _tensors.Query : _queryRaw, tokens);
        this[LinearKind.Key].Forward(_scratch.Normed, _keyNorm == null ? _tensors.Key : _keyRaw, tokens);
        this[LinearKind.Value].Forward(_scratch.Normed, _tensors.Value, tokens);
        _queryNorm?.Forward(_queryRaw, _tensors.Query, tokens);
        _keyNorm?.Forward(_keyRaw, _tensors.Key, tokens);
        Rotate(batch, _tensors.Query, _tensors.Key);
        _attention.Forward(batch.Rows, _tensors);
        Input.AsSpan(0, stream).CopyTo(_middle);
        this[LinearKind.Output].Forward(_tensors.Attended, _middle, tokens, accumulate: true);

        _mlpNorm.Forward(_middle, _scratch.Normed, tokens);
        this[LinearKind.Gate].Forward(_scratch.Normed, _gate, tokens);
        this[LinearKind.Up].Forward(_scratch.Normed, _up, tokens);
        Activate(tokens);
        _middle.AsSpan(0, stream).CopyTo(output);
        this[LinearKind.Down].Forward(_scratch.Activated, output, tokens, accumulate: true);
    }

    /// <summary>Turns the gradient of the block's output into that of its input, in place, and adds the gradients of
    /// its parameters. When nothing below is trained (<paramref name="needsInput"/> is false) it stops as soon as its
    /// own parameters have theirs, and the stream is left unfinished.</summary>
    public void Backward(BatchLayout batch, float[] dStream, bool needsInput)
    {
        int tokens = batch.TokenCount;
        bool needsScores = needsInput || TrainsNorms || AnyTrained(LinearKind.Query, LinearKind.Key, LinearKind.Value);
        bool needsMiddle = needsScores || this[LinearKind.Output].IsTrained;
        FeedForwardBackward(dStream, tokens, needsMiddle);
        if (!needsMiddle)
            return;
        this[LinearKind.Output].Backward(_tensors.Attended, dStream, needsScores ? _scratch.DAttended : null, tokens);
        if (!needsScores)
            return;
        _attention.Backward(
            batch.Rows, _tensors, _scratch.DAttended, _scratch.DQuery, _scratch.DKey, _scratch.DValue);
        RotateBack(batch, _scratch.DQuery, _scratch.DKey);
        HeadNormBackward(_queryNorm, _queryRaw, _scratch.DQuery, tokens, _config.QuerySize);
        HeadNormBackward(_keyNorm, _keyRaw, _scratch.DKey, tokens, _config.KeyValueSize);

        if (AnyTrained(LinearKind.Query, LinearKind.Key, LinearKind.Value))
            _attentionNorm.Recompute(Input, _scratch.Normed, tokens);
        float[]? dNormed = needsInput || TrainsNorms ? _scratch.DNormed : null;
        this[LinearKind.Query].Backward(_scratch.Normed, _scratch.DQuery, dNormed, tokens);
        this[LinearKind.Key].Backward(_scratch.Normed, _scratch.DKey, dNormed, tokens, accumulate: true);
        this[LinearKind.Value].Backward(_scratch.Normed, _scratch.DValue, dNormed, tokens, accumulate: true);
        if (dNormed != null)
            _attentionNorm.Backward(Input, dNormed, dStream, tokens);
    }

    private void FeedForwardBackward(float[] dStream, int tokens, bool needsMiddle)
    {
        bool trainsInner = TrainsNorms || AnyTrained(LinearKind.Gate, LinearKind.Up);
        if (this[LinearKind.Down].IsTrained)
            Activate(tokens);
        bool needsInner = needsMiddle || trainsInner;
        this[LinearKind.Down].Backward(_scratch.Activated, dStream, needsInner ? _scratch.DGate : null, tokens);
        if (!needsInner)
            return;
        ActivateBackward(tokens);
        if (trainsInner)
            _mlpNorm.Recompute(_middle, _scratch.Normed, tokens);
        float[]? dNormed = needsMiddle ? _scratch.DNormed : null;
        this[LinearKind.Gate].Backward(_scratch.Normed, _scratch.DGate, dNormed, tokens);
        this[LinearKind.Up].Backward(_scratch.Normed, _scratch.DUp, dNormed, tokens, accumulate: true);
        if (dNormed != null)
            _mlpNorm.Backward(_middle, dNormed, dStream, tokens);
    }

    private bool AnyTrained(params ReadOnlySpan<LinearKind> kinds)
    {
        foreach (var kind in kinds)
            if (this[kind].IsTrained)
                return true;
        return false;
    }

    /// <summary>Replaces the gradient of normed heads by that of the raw ones.</summary>
    private void HeadNormBackward(NormLayer? norm, float[] raw, float[] dNormed, int tokens, int size)
    {
        if (norm == null)
            return;
        var dRaw = _scratch.DRaw.AsSpan(0, tokens * size);
        dRaw.Clear();
        norm.Backward(raw, dNormed, _scratch.DRaw, tokens);
        dRaw.CopyTo(dNormed);
    }

    private void Activate(int tokens) => TokenBlocks.Run(_pool, tokens, (first, end) =>
    {
        int size = _config.IntermediateSize;
        for (int t = first; t < end; t++)
            SwiGlu.Apply(
                _gate.AsSpan(t * size, size), _up.AsSpan(t * size, size), _scratch.Activated.AsSpan(t * size, size));
    });

    /// <summary>From the gradient of the activation, held in DGate, to those of gate and up.</summary>
    private void ActivateBackward(int tokens) => TokenBlocks.Run(_pool, tokens, (first, end) =>
    {
        int size = _config.IntermediateSize;
        for (int t = first; t < end; t++)
        {
            var dGate = _scratch.DGate.AsSpan(t * size, size);
            SwiGluBackward.Apply(
                _gate.AsSpan(t * size, size),
                _up.AsSpan(t * size, size),
                dGate,
                dGate,
                _scratch.DUp.AsSpan(t * size, size));
        }
    });

    private void Rotate(BatchLayout batch, float[] query, float[] key) =>
        TokenBlocks.Run(_pool, batch.TokenCount, (first, end) =>
        {
            var positions = batch.Positions.AsSpan(first..end);
            Rope.Apply(Heads(query, _config.QuerySize, first, end), _config.HeadCount, positions, _rotary);
            Rope.Apply(Heads(key, _config.KeyValueSize, first, end), _config.KeyValueHeadCount, positions, _rotary);
        });

    private void RotateBack(BatchLayout batch, float[] dQuery, float[] dKey) =>
        TokenBlocks.Run(_pool, batch.TokenCount, (first, end) =>
        {
            var positions = batch.Positions.AsSpan(first..end);
            RopeBackward.Apply(Heads(dQuery, _config.QuerySize, first, end), _config.HeadCount, positions, _rotary);
            RopeBackward.Apply(
                Heads(dKey, _config.KeyValueSize, first, end), _config.KeyValueHeadCount, positions, _rotary);
        });

    private static Span<float> Heads(float[] tensor, int size, int first, int end) =>
        tensor.AsSpan(first * size, (end - first) * size);
}
