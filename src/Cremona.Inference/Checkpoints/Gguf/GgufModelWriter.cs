using Cremona.Inference.Architectures;

namespace Cremona.Inference.Checkpoints.Gguf;

/// <summary>Writes a decoder as a GGUF file that Cremona and llama.cpp read. Layers are read one after another, so the
/// whole model is never in memory.</summary>
internal sealed class GgufModelWriter
{
    private readonly GgufWriter _writer = new();
    private readonly IDecoderSource _source;
    private readonly GgufType _type;
    private readonly bool _turnsPairs;
    private (int Index, DecoderLayerWeights Weights)? _layer;

    private GgufModelWriter(IDecoderSource source, GgufType type)
    {
        _source = source;
        _type = type;
        _turnsPairs = GgufConfig.WordOf(source.Config) == GgufConfig.Llama;
    }

    /// <param name="path">Replaced when it exists.</param>
    /// <param name="source">The weights.</param>
    /// <param name="type">Of the matrices: F32, F16, BF16, Q8_0 or Q4_0; norms and biases are F32.</param>
    /// <param name="vocabulary">The tokenizer; null writes weights alone, which nothing but a benchmark reads.</param>
    /// <param name="template">The chat template, with <paramref name="vocabulary"/>.</param>
    /// <param name="endId">The id that ends an answer, with <paramref name="vocabulary"/>.</param>
    /// <exception cref="InvalidDataException">A row of a matrix is no whole number of blocks of the type.</exception>
    /// <exception cref="IOException">The disk is full or failed.</exception>
    public static void Write(
        string path, IDecoderSource source, GgufType type, GgufVocabulary? vocabulary, string? template, int? endId)
    {
        var model = new GgufModelWriter(source, type);
        model.AddConfig();
        if (vocabulary is not null) model.AddTokenizer(vocabulary, template, endId);
        model.AddTensors();
        model._writer.Write(path);
    }

    private void AddConfig()
    {
        DecoderConfig config = _source.Config;
        string word = GgufConfig.WordOf(config);
        _writer.Add(GgufConfig.ArchitectureKey, word);
        _writer.Add("general.name", config.Architecture);
        _writer.Add($"{word}.context_length", (uint)config.ContextLength);
        _writer.Add($"{word}.embedding_length", (uint)config.HiddenSize);
        _writer.Add($"{word}.block_count", (uint)config.LayerCount);
        _writer.Add($"{word}.feed_forward_length", (uint)config.IntermediateSize);
        _writer.Add($"{word}.vocab_size", (uint)config.VocabularySize);
        _writer.Add($"{word}.attention.head_count", (uint)config.HeadCount);
        _writer.Add($"{word}.attention.head_count_kv", (uint)config.KeyValueHeadCount);
        _writer.Add($"{word}.attention.key_length", (uint)config.HeadDimension);
        _writer.Add($"{word}.attention.value_length", (uint)config.HeadDimension);
        _writer.Add($"{word}.attention.layer_norm_rms_epsilon", config.RmsNormEpsilon);
        _writer.Add($"{word}.rope.freq_base", (float)config.RopeTheta);
        _writer.Add($"{word}.rope.dimension_count", (uint)config.HeadDimension);
        GgufRope.Write(_writer, word, config);
        if (config.SlidingWindow is not { } window) return;
        if (config.FirstSlidingLayer > 0 || word != GgufConfig.Llama)
        {
            throw new InvalidDataException(
                $"GGUF cannot say which layers of a {config.Architecture} slide; write a Hugging Face folder instead");
        }

        _writer.Add($"{word}.{GgufConfig.WindowKey}", (uint)window);
    }

    private void AddTokenizer(GgufVocabulary vocabulary, string? template, int? endId)
    {
        // One entry for each row of the embedding, as llama.cpp asks for.
        int missing = _source.Config.VocabularySize - vocabulary.Tokens.Count;
        IEnumerable<int> padding = Enumerable.Range(vocabulary.Tokens.Count, Math.Max(0, missing));
        bool isOfCharacters = vocabulary.Model == GgufTokenizer.CharacterModel;
        _writer.Add(GgufTokenizer.ModelKey, vocabulary.Model);
        _writer.Add(GgufTokenizer.CutKey, vocabulary.Cut);
        _writer.Add(GgufTokenizer.TokensKey, [.. vocabulary.Tokens, .. padding.Select(id => $"[PAD{id}]")]);
        _writer.Add(GgufTokenizer.TypesKey, [.. vocabulary.Types, .. padding.Select(_ => (int)GgufTokenType.Unused)]);
        if (isOfCharacters)
        {
            _writer.Add(GgufTokenizer.ScoresKey, (float[])[.. vocabulary.Scores, .. padding.Select(_ => 0f)]);
            _writer.Add(GgufTokenizer.SpaceKey, vocabulary.WritesFirstSpace);
        }
        else
        {
            _writer.Add(GgufTokenizer.MergesKey, vocabulary.Merges);
        }

        _writer.Add("tokenizer.ggml.add_bos_token", false);
        AddSpecialIds(vocabulary, endId);
        if (template is not null) _writer.Add(GgufModel.TemplateKey, template);
        if (vocabulary.Whole is { } whole) _writer.Add(GgufTokenizer.WholeKey, whole);
    }

    private void AddSpecialIds(GgufVocabulary vocabulary, int? endId)
    {
        int? documentEnd = null;
        foreach ((string name, string key) in GgufTokenizer.SpecialIds)
        {
            string? text = vocabulary.Special.ByName.GetValueOrDefault(name);
            if (text is null || vocabulary.Find(text) is not { } id) continue;
            _writer.Add(key, (uint)id);
            if (key == GgufTokenizer.EndKey) documentEnd = id;
        }

        if (endId is null || endId == documentEnd) return;
        _writer.Add(documentEnd is null ? GgufTokenizer.EndKey : GgufTokenizer.TurnEndKey, (uint)endId);
    }

    private void AddTensors()
    {
        DecoderConfig config = _source.Config;
        AddMatrix("token_embd.weight", config.VocabularySize, config.HiddenSize, _source.ReadEmbedding);
        float[]? divisors = GgufRope.Divisors(config);
        if (divisors is not null) AddVector(GgufRope.DivisorsTensor, divisors.Length, () => divisors);
        for (int layer = 0; layer < config.LayerCount; layer++) AddLayer(layer);
        AddVector("output_norm.weight", config.HiddenSize, _source.ReadFinalNorm);
        if (config.TieWordEmbeddings) return;
        AddMatrix("output.weight", config.VocabularySize, config.HiddenSize, () => _source.ReadHead()!);
    }

    private void AddLayer(int layer)
    {
        DecoderConfig config = _source.Config;
        AddVector($"blk.{layer}.attn_norm.weight", config.HiddenSize, () => Layer(layer).AttentionNorm);
        AddVector($"blk.{layer}.ffn_norm.weight", config.HiddenSize, () => Layer(layer).MlpNorm);
        foreach (LinearKind kind in LinearKinds.All)
        {
            string name = GgufTensorNames.FromHuggingFace($"model.layers.{layer}.{kind.ModuleName()}.weight");
            int input = config.InputSize(kind);
            AddMatrix(
                name, config.OutputSize(kind), input, () => InOrder(kind, Layer(layer).Linear[(int)kind], input));
            if (Layer(layer).Bias[(int)kind] is null) continue;
            AddVector(
                name.Replace(".weight", ".bias", StringComparison.Ordinal), config.OutputSize(kind),
                () => InOrder(kind, Layer(layer).Bias[(int)kind]!, 1));
        }

        if (!config.QueryKeyNorm) return;
        AddVector($"blk.{layer}.attn_q_norm.weight", config.HeadDimension, () => Layer(layer).QueryNorm!);
        AddVector($"blk.{layer}.attn_k_norm.weight", config.HeadDimension, () => Layer(layer).KeyNorm!);
    }

    private float[] InOrder(LinearKind kind, float[] rows, int width) =>
        _turnsPairs && kind is LinearKind.Query or LinearKind.Key
            ? RotaryOrder.ToPairs(rows, _source.Config.HeadDimension, width)
            : rows;

    private DecoderLayerWeights Layer(int index)
    {
        if (_layer?.Index != index) _layer = (index, _source.ReadLayer(index));
        return _layer.Value.Weights;
    }

    private void AddMatrix(string name, int rows, int columns, Func<float[]> read) =>
        _writer.AddTensor(name, _type, [rows, columns], read);

    private void AddVector(string name, int length, Func<float[]> read) =>
        _writer.AddTensor(name, GgufType.F32, [length], read);
}
