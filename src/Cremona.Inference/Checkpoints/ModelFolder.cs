using Cremona.Inference.Architectures;
using Cremona.Inference.Kernels;
using Cremona.Inference.Templates;
using Cremona.Inference.Tokenizers;

namespace Cremona.Inference.Checkpoints;

/// <summary>A model as a Hugging Face folder: <c>config.json</c>, safetensors, <c>tokenizer.json</c>,
/// <c>tokenizer_config.json</c>.</summary>
public static class ModelFolder
{
    private const string ConfigFile = "config.json";
    private const string WeightsFile = "model.safetensors";
    private const string TokenizerFile = "tokenizer.json";

    /// <summary>Reads the model; names and shapes of its weights are checked, the numbers read when asked
    /// for.</summary>
    /// <exception cref="InvalidDataException">A file is missing, corrupt or asks for what is not supported; the message
    /// names it.</exception>
    public static LanguageModel Load(string folder)
    {
        DecoderConfig config = ReadConfig(folder);
        string tokenizerPath = Path.Combine(folder, TokenizerFile);
        if (!File.Exists(tokenizerPath))
        {
            throw new InvalidDataException($"{folder}: {TokenizerFile} is missing");
        }

        ITokenizer tokenizer = TokenizerJson.Load(tokenizerPath);
        if (tokenizer.VocabularySize > config.VocabularySize)
        {
            throw new InvalidDataException(
                $"{tokenizerPath}: {tokenizer.VocabularySize} ids, but the model's vocab_size is {config.VocabularySize}");
        }

        IChatTemplate template = ChatTemplates.Load(folder, tokenizer);
        return new LanguageModel(OpenWeights(folder, config), tokenizer, template);
    }

    /// <summary>Reads the shape alone.</summary>
    /// <exception cref="InvalidDataException">The file is missing, corrupt or asks for what is not
    /// supported.</exception>
    public static DecoderConfig ReadConfig(string folder)
    {
        string path = Path.Combine(folder, ConfigFile);
        return File.Exists(path)
            ? HuggingFaceConfig.Read(path)
            : throw new InvalidDataException($"{folder}: {ConfigFile} is missing; a model is a Hugging Face folder");
    }

    /// <summary>Reads the weights alone.</summary>
    /// <exception cref="InvalidDataException">A file is missing or corrupt.</exception>
    public static DecoderWeights ReadWeights(string folder, DecoderConfig config) =>
        DecoderWeights.Read(OpenWeights(folder, config));

    /// <summary>Writes configuration and weights; tokenizer files are the caller's. The bytes depend on the weights
    /// alone.</summary>
    public static void Save(string folder, DecoderWeights weights, TensorType type, int? endOfTextId = null)
    {
        Directory.CreateDirectory(folder);
        SafetensorsWriter.Write(Path.Combine(folder, WeightsFile), DecoderTensors.List(weights), type);
        HuggingFaceConfig.Write(Path.Combine(folder, ConfigFile), weights.Config, type, endOfTextId);
    }

    private static CheckpointDecoder OpenWeights(string folder, DecoderConfig config)
    {
        using SafetensorsFolder files = SafetensorsFolder.Open(folder);
        WeightFormat format = files.IsBrainFloat ? WeightFormat.BF16 : WeightFormat.F32;
        return new CheckpointDecoder(config, format, () => SafetensorsFolder.Open(folder));
    }
}
