using System.Text.Json;
using Cremona.Inference.Architectures;
using Cremona.Inference.Checkpoints.Gguf;
using Cremona.Inference.Templates;
using Cremona.Inference.Tokenizers;

namespace Cremona.Inference.Checkpoints;

/// <summary>A model on disk in any form: a Hugging Face folder or a GGUF file.</summary>
public static class ModelFiles
{
    private const string GgufEnding = ".gguf";
    private const string TokenizerFile = "tokenizer.json";
    private const string TokenizerConfigFile = "tokenizer_config.json";

    /// <summary>Reads a model from a Hugging Face folder or a GGUF file.</summary>
    /// <exception cref="InvalidDataException">It is corrupt or asks for what is not supported; the message names the
    /// file.</exception>
    public static LanguageModel Load(string path) => File.Exists(path) ? GgufModel.Load(path) : ModelFolder.Load(path);

    /// <summary>Writes a GGUF file where the target ends in <c>.gguf</c>, otherwise a Hugging Face folder, with the
    /// tokenizer and the chat template of the place that the model was read from.</summary>
    /// <param name="origin">Folder or GGUF file with the tokenizer and the template.</param>
    /// <param name="model">As read from there.</param>
    /// <param name="weights">What is written: the model's own weights or changed ones of the same shape.</param>
    /// <param name="target">Replaced when it exists; not the place that the model was read from.</param>
    /// <param name="type">Of the matrices: F32, F16 or BF16, in a GGUF file also Q8_0 or Q4_0.</param>
    /// <exception cref="InvalidDataException">The target cannot hold the model; the message says why.</exception>
    /// <exception cref="IOException">The disk is full or failed.</exception>
    public static void Write(
        string origin, LanguageModel model, IDecoderSource weights, string target, GgufType type)
    {
        if (WholePath(origin) == WholePath(target))
        {
            throw new InvalidDataException(
                $"{target} is where the model is read from, and would be lost; give another target");
        }

        (GgufVocabulary vocabulary, string template) = ReadTexts(origin);
        int endId = model.ChatTemplate.StopTokens.First();
        if (target.EndsWith(GgufEnding, StringComparison.OrdinalIgnoreCase))
        {
            GgufModelWriter.Write(target, weights, type, vocabulary, template, endId);
            return;
        }

        if (!Enum.TryParse(type.ToString(), out TensorType elements))
        {
            throw new InvalidDataException($"a Hugging Face folder holds F32, F16 or BF16, not {type}; choose one of them");
        }

        string tokenizer = vocabulary.Whole ?? TokenizerJsonWriter.Write(GgufTokenizer.ReadParts(vocabulary));
        ModelFolder.Save(target, DecoderWeights.Read(weights), elements, endId);
        File.WriteAllText(Path.Combine(target, TokenizerFile), tokenizer);
        CopyJinja(origin, target);
        WriteTokenizerConfig(origin, Path.Combine(target, TokenizerConfigFile), template, vocabulary.Special);
    }

    private static string WholePath(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    private static (GgufVocabulary Vocabulary, string Template) ReadTexts(string origin)
    {
        if (!File.Exists(origin))
        {
            string json = File.ReadAllText(Path.Combine(origin, TokenizerFile));
            var vocabulary = GgufVocabulary.FromTokenizerJson(json);
            SpecialTexts special = ChatTemplates.ReadSpecialTexts(origin);
            return (vocabulary with { Special = special }, ChatTemplates.ReadTemplate(origin));
        }

        using GgufFile file = GgufFile.Open(origin);
        return (GgufVocabulary.FromMetadata(file.Metadata), file.Metadata.Text(GgufModel.TemplateKey));
    }

    /// <summary>A template of its own file, which is preferred; one that the folder held before would stay in
    /// force.</summary>
    private static void CopyJinja(string origin, string folder)
    {
        string source = Path.Combine(origin, ChatTemplates.JinjaFile);
        string target = Path.Combine(folder, ChatTemplates.JinjaFile);
        if (File.Exists(source)) File.Copy(source, target, overwrite: true);
        else File.Delete(target);
    }

    private static void WriteTokenizerConfig(string origin, string target, string template, SpecialTexts special)
    {
        string source = Path.Combine(origin, TokenizerConfigFile);
        if (File.Exists(source))
        {
            File.Copy(source, target, overwrite: true);
            return;
        }

        using FileStream stream = File.Create(target);
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        json.WriteString("tokenizer_class", "PreTrainedTokenizerFast");
        foreach ((string name, string text) in special.ByName) json.WriteString(name, text);
        json.WriteString("chat_template", template);
        json.WriteEndObject();
    }
}
