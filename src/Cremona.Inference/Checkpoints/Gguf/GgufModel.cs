using Cremona.Inference.Architectures;
using Cremona.Inference.Kernels;
using Cremona.Inference.Templates;
using Cremona.Inference.Tokenizers;

namespace Cremona.Inference.Checkpoints.Gguf;

/// <summary>A model as one GGUF file: weights, tokenizer and chat template.</summary>
public static class GgufModel
{
    internal const string TemplateKey = "tokenizer.chat_template";

    /// <summary>Reads the model; names and shapes of its weights are checked, the numbers read when asked
    /// for.</summary>
    /// <exception cref="InvalidDataException">The file is corrupt or asks for what is not supported; the message names
    /// it.</exception>
    public static LanguageModel Load(string path)
    {
        using GgufFile file = GgufFile.Open(path);
        try
        {
            CheckpointDecoder source = OpenWeights(file);
            ITokenizer tokenizer = GgufTokenizer.Read(file.Metadata);
            if (tokenizer.VocabularySize > source.Config.VocabularySize)
            {
                throw new InvalidDataException(
                    $"{tokenizer.VocabularySize} tokens, but the embedding has {source.Config.VocabularySize} rows");
            }

            string template = file.Metadata.FindText(TemplateKey)
                ?? throw new InvalidDataException($"metadata {TemplateKey} is missing; the model is not a chat model");
            return new LanguageModel(source, tokenizer, ChatTemplates.Create(
                path, template, tokenizer, GgufTokenizer.ReadSpecialTexts(file.Metadata)));
        }
        catch (InvalidDataException e) when (!e.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>The weights alone.</summary>
    /// <exception cref="InvalidDataException">The file is corrupt or asks for what is not supported; the message names
    /// it.</exception>
    public static IDecoderSource OpenWeights(string path)
    {
        using GgufFile file = GgufFile.Open(path);
        try
        {
            return OpenWeights(file);
        }
        catch (InvalidDataException e) when (!e.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Writes weights with numbered tokens in place of a vocabulary and no template: what other programs need
    /// to open the file and compute with token ids, for measurements.</summary>
    /// <param name="path">Replaced when it exists.</param>
    /// <param name="source">The weights.</param>
    /// <param name="type">Of the matrices: F32, F16, BF16, Q8_0 or Q4_0.</param>
    /// <exception cref="InvalidDataException">A row of a matrix is no whole number of blocks of the type.</exception>
    /// <exception cref="IOException">The disk is full or failed.</exception>
    public static void WriteWithoutText(string path, IDecoderSource source, GgufType type)
    {
        int count = source.Config.VocabularySize;
        string[] tokens = [.. Enumerable.Range(0, count).Select(id => id < 256
            ? ByteLevelAlphabet.ToCharacter((byte)id).ToString()
            : $"t{id}")];
        int[] types = [.. Enumerable.Repeat((int)GgufTokenType.Normal, count)];
        var vocabulary = new GgufVocabulary(
            GgufTokenizer.ByteLevelModel, tokens, types, ["t 2"], [], "gpt-2", WritesFirstSpace: false, Whole: null);
        GgufModelWriter.Write(path, source, type, vocabulary, null, null);
    }

    private static CheckpointDecoder OpenWeights(GgufFile file)
    {
        DecoderConfig config = GgufConfig.Read(file);
        bool turnsPairs = file.Metadata.Text(GgufConfig.ArchitectureKey) == GgufConfig.Llama;
        string path = file.Path;
        return new CheckpointDecoder(
            config, FormatOf(file), () => new GgufTensorFile(GgufFile.Open(path), config, turnsPairs));
    }

    /// <summary>The smallest format that loses next to nothing of the layers' matrices.</summary>
    private static WeightFormat FormatOf(GgufFile file)
    {
        WeightFormat[] formats = [.. file.Tensors
            .Where(tensor => tensor.Shape.Count == 2 && tensor.Name.StartsWith("blk.", StringComparison.Ordinal))
            .Select(tensor => tensor.Type switch
            {
                GgufType.Q4_0 or GgufType.Q4_1 or GgufType.Q4_K => WeightFormat.Q4,
                GgufType.Q5_0 or GgufType.Q5_K or GgufType.Q6_K or GgufType.Q8_0 => WeightFormat.Q8,
                GgufType.BF16 => WeightFormat.BF16,
                _ => WeightFormat.F32,
            })];
        return formats.GroupBy(format => format).MaxBy(group => group.Count())?.Key ?? WeightFormat.F32;
    }
}
