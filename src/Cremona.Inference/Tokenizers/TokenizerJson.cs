using System.Text.Json;
using Cremona.Inference.Tokenizers.Normalization;

namespace Cremona.Inference.Tokenizers;

/// <summary>Reads Hugging Face's <c>tokenizer.json</c>: byte-level BPE as GPT-2, Llama-3 and Qwen
/// use it, and SentencePiece's BPE with bytes to fall back on as Llama-2 and Mistral do.</summary>
public static class TokenizerJson
{
    private const long FileBytesMax = 128L << 20;

    /// <summary>Reads a tokenizer.</summary>
    /// <exception cref="InvalidDataException">The file is corrupt or asks for something this reader does not do
    /// exactly; the message names the file and the fault.</exception>
    public static ITokenizer Load(string tokenizerJsonPath)
    {
        try
        {
            using FileStream stream = File.OpenRead(tokenizerJsonPath);
            if (stream.Length > FileBytesMax)
                throw new InvalidDataException($"{stream.Length} bytes exceed the limit {FileBytesMax}");
            using var document = JsonDocument.Parse(stream);
            return Read(new TokenizerElement("", document.RootElement)).Build();
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or InvalidOperationException)
        {
            throw new InvalidDataException($"{tokenizerJsonPath}: {e.Message}", e);
        }
    }

    /// <summary>Reads the parts of a tokenizer from the text of such a file.</summary>
    /// <exception cref="InvalidDataException">As for a file; the message names the fault.</exception>
    internal static TokenizerParts ParseParts(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(new TokenizerElement("", document.RootElement));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"the tokenizer is no JSON: {e.Message}", e);
        }
    }

    private static TokenizerParts Read(TokenizerElement root)
    {
        TokenizerElement model = root.Get("model");
        RefuseUnless(model, "type", "BPE", isRequired: false);
        foreach (string name in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
            if (model.TryGet(name, out TokenizerElement? set) && set.Text().Length > 0) throw set.Fault("is not supported");
        bool isOfCharacters = model.Flag("byte_fallback");
        if (!isOfCharacters && model.TryGet("unk_token", out TokenizerElement? unknown) && unknown.Text().Length > 0)
            throw unknown.Fault("is set without byte_fallback, which is not supported");

        List<AddedToken> added = TokenizerJsonAddedTokens.Read(root);
        (PreTokenizer cuts, SpaceStep? spaces) = TokenizerJsonPreTokenizer.Read(root, isOfCharacters);
        return new TokenizerParts(ReadVocabulary(model.Get("vocab")), ReadMerges(model.Get("merges")), added, cuts)
        {
            Normalizer = TokenizerJsonNormalizer.Read(root),
            Spaces = spaces,
            PrefersWholePieces = model.Flag("ignore_merges"),
            IsOfCharacters = isOfCharacters,
            WritesFirstSpace = TokenizerJsonDecoder.TakesFirstSpace(root, isOfCharacters),
        };
    }

    private static void RefuseUnless(TokenizerElement parent, string name, string expected, bool isRequired)
    {
        if (!isRequired && !parent.TryGet(name, out _)) return;
        TokenizerElement value = parent.Get(name);
        if (value.Text() != expected) throw value.Fault($"is '{value.Text()}'; only {expected} is supported");
    }

    private static Dictionary<string, int> ReadVocabulary(TokenizerElement vocabulary)
    {
        var ids = new Dictionary<string, int>();
        foreach (TokenizerElement entry in vocabulary.Members())
        {
            if (entry.Name.Length == 0) continue; // No text becomes it and it gives none, as an id that nothing has.
            int id = entry.Integer();
            if (id is < 0 or >= TokenizerElement.IdCountMax) throw entry.Fault($"has the id {id}, which is out of range");
            if (!ids.TryAdd(entry.Name, id)) throw entry.Fault("is there twice");
        }

        if (ids.Values.Distinct().Count() != ids.Count) throw vocabulary.Fault("gives one id to two entries");
        return ids;
    }

    // Two forms are in use: "left right" and, in newer files, ["left", "right"].
    private static List<BytePairMerge> ReadMerges(TokenizerElement merges)
    {
        var pairs = new List<BytePairMerge>();
        foreach (TokenizerElement merge in merges.Items())
        {
            string[] parts = merge.IsText ? merge.Text().Split(' ') : [.. merge.Items().Select(i => i.Text())];
            if (parts.Length != 2) throw merge.Fault("is not a pair");
            pairs.Add(new(parts[0], parts[1], pairs.Count));
        }

        return pairs;
    }
}
