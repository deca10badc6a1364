using Cremona.Inference.Architectures;
using Cremona.Inference.Checkpoints;
using Cremona.Inference.Tokenizers;

namespace Cremona.Server.Tests.FineTuning;

/// <summary>A decoder of some ten thousand random weights with a tokenizer of bytes: a model folder that loads in no
/// time and that real training can be run on.</summary>
public static class TinyModel
{
    private static readonly Lazy<LanguageModel> SharedModel = new(LoadShared);

    /// <summary>The model in memory.</summary>
    public static LanguageModel Shared => SharedModel.Value;

    /// <summary>Writes the folder; always the same bytes. Each layer takes 37 kB, everything else 35 kB.</summary>
    public static void Save(string folder, int layerCount = 2)
    {
        ModelFolder.Save(folder, Weights(layerCount), TensorType.F32);
        string[] special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
        string[] bytes =
        [
            .. Enumerable.Range(0, 256).Select(value => ByteLevelAlphabet.ToCharacter((byte)value).ToString()),
        ];
        TokenizerJsonWriter.Write(
            Path.Combine(folder, "tokenizer.json"), [.. special, .. bytes], special.Length, [], [PreTokenizer.QwenPattern]);
        File.WriteAllText(
            Path.Combine(folder, "chat_template.jinja"),
            """
            {% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}
            {% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}
            """);
    }

    private static LanguageModel LoadShared()
    {
        string folder = Directory.CreateTempSubdirectory("cremona-tiny-").FullName;
        Save(folder);
        LanguageModel model = ModelFolder.Load(folder);
        Directory.Delete(folder, recursive: true);
        return model;
    }

    private static DecoderWeights Weights(int layerCount)
    {
        DecoderConfig config = new()
        {
            Architecture = "LlamaForCausalLM",
            VocabularySize = 272,
            HiddenSize = 32,
            IntermediateSize = 64,
            LayerCount = layerCount,
            HeadCount = 2,
            KeyValueHeadCount = 1,
            HeadDimension = 16,
            ContextLength = 512,
            TieWordEmbeddings = true,
        };
        uint state = 1;
        float[] Random(int count, float center, float spread) => [.. Enumerable.Range(0, count).Select(_ =>
        {
            state = (state * 1664525) + 1013904223;
            return center + (spread * (((state >> 8) / 8388608f) - 1));
        })];
        return new DecoderWeights
        {
            Config = config,
            Embedding = Random(config.VocabularySize * config.HiddenSize, 0, 0.5f),
            Layers = [.. Enumerable.Range(0, config.LayerCount).Select(_ => new DecoderLayerWeights
            {
                AttentionNorm = Random(config.HiddenSize, 1, 0.1f),
                MlpNorm = Random(config.HiddenSize, 1, 0.1f),
                Linear = [.. LinearKinds.All.Select(
                    kind => Random(config.OutputSize(kind) * config.InputSize(kind), 0, 0.3f))],
                Bias = new float[]?[LinearKinds.All.Count],
            })],
            FinalNorm = Random(config.HiddenSize, 1, 0.1f),
        };
    }
}
