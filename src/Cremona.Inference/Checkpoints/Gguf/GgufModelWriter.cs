using Cremona.Inference.Architectures;

namespace Cremona.Inference.Checkpoints.Gguf;

/// <summary>Writes a decoder as a GGUF file that Cremona and llama.cpp read. Tensors are read one after another, so the
/// whole model is never in memory.</summary>
internal sealed class GgufModelWriter
{
    private readonly GgufWriter _writer = new();
    private readonly DecoderConfig _config;
    private readonly ITensorReader _tensors;
    private readonly GgufType _type;
    private readonly bool _turnsPairs;

    private GgufModelWriter(DecoderConfig config, ITensorReader tensors, GgufType type)
    {
        _config = config;
        _tensors = tensors;
        _type = type;
        _turnsPairs = GgufConfig.WordOf(config) == GgufConfig.Llama;
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
        using ITensorReader tensors = source.Open();
        var model = new GgufModelWriter(source.Config, tensors, type);
        model.AddConfig();
        if (vocabulary is not null) model.AddTokenizer(vocabulary, template, endId);
        model.AddTensors();
        model._writer.Write(path);
    }

    private void AddConfig()
    {
        DecoderConfig config = _config;
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
        int missing = _config.VocabularySize - vocabulary.Tokens.Count;
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
        AddMatrix(DecoderTensors.Embedding, _config.VocabularySize, _config.HiddenSize);
        float[]? divisors = GgufRope.Divisors(_config);
        if (divisors is not null)
            _writer.AddTensor(GgufRope.DivisorsTensor, GgufType.F32, [divisors.Length], () => divisors);
        for (int layer = 0; layer < _config.LayerCount; layer++) AddLayer($"model.layers.{layer}");
        AddVector(DecoderTensors.FinalNorm, _config.HiddenSize);
        if (!_config.TieWordEmbeddings) AddMatrix(DecoderTensors.Head, _config.VocabularySize, _config.HiddenSize);
    }

    private void AddLayer(string layer)
    {
        AddVector($"{layer}.input_layernorm.weight", _config.HiddenSize);
        AddVector($"{layer}.post_attention_layernorm.weight", _config.HiddenSize);
        foreach (LinearKind kind in LinearKinds.All)
        {
            string name = $"{layer}.{kind.ModuleName()}";
            bool isTurned = _turnsPairs && kind is LinearKind.Query or LinearKind.Key;
            AddMatrix($"{name}.weight", _config.OutputSize(kind), _config.InputSize(kind), isTurned);
            if (_tensors.Contains($"{name}.bias")) AddVector($"{name}.bias", _config.OutputSize(kind), isTurned);
        }

        if (!_config.QueryKeyNorm) return;
        AddVector($"{layer}.self_attn.q_norm.weight", _config.HeadDimension);
        AddVector($"{layer}.self_attn.k_norm.weight", _config.HeadDimension);
    }

    private void AddMatrix(string name, int rows, int columns, bool isTurned = false) => _writer.AddTensor(
        GgufTensorNames.FromHuggingFace(name), _type, [rows, columns],
        () => InOrder(_tensors.Read(name, rows, columns), columns, isTurned));

    private void AddVector(string name, int length, bool isTurned = false) => _writer.AddTensor(
        GgufTensorNames.FromHuggingFace(name), GgufType.F32, [length],
        () => InOrder(_tensors.Read(name, length), 1, isTurned));

    private float[] InOrder(float[] rows, int width, bool isTurned) =>
        isTurned ? RotaryOrder.ToPairs(rows, _config.HeadDimension, width) : rows;
}
