using System.Text.Json;

namespace Cremona.Inference.Tokenizers;

/// <summary>Reads Hugging Face's <c>tokenizer.json</c>: byte-level BPE as GPT-2, Llama-3 and Qwen use it.</summary>
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
        foreach (string name in (string[])["unk_token", "continuing_subword_prefix", "end_of_word_suffix"])
            if (model.TryGet(name, out TokenizerElement? set) && set.Text().Length > 0) throw set.Fault("is not supported");
        if (model.Flag("byte_fallback")) throw model.Fault("byte_fallback is not supported");
        if (root.TryGet("decoder", out TokenizerElement? decoder)) RefuseUnless(decoder, "type", "ByteLevel", isRequired: true);

        bool composes = ReadNormalizer(root);
        Dictionary<string, int> ids = ReadVocabulary(model.Get("vocab"));
        List<AddedToken> added = ReadAddedTokens(root);
        return new TokenizerParts(
            ids, ReadMerges(model.Get("merges")), added, TokenizerJsonPreTokenizer.Read(root),
            model.Flag("ignore_merges"), composes);
    }

    private static void RefuseUnless(TokenizerElement parent, string name, string expected, bool isRequired)
    {
        if (!isRequired && !parent.TryGet(name, out _)) return;
        TokenizerElement value = parent.Get(name);
        if (value.Text() != expected) throw value.Fault($"is '{value.Text()}'; only {expected} is supported");
    }

    // No normalizer, or form C (Qwen); true for the latter.
    private static bool ReadNormalizer(TokenizerElement root)
    {
        if (!root.TryGet("normalizer", out TokenizerElement? normalizer)) return false;
        string type = normalizer.Get("type").Text();
        TokenizerElement[] steps = type == "Sequence" ? [.. normalizer.Get("normalizers").Items()] : [normalizer];
        foreach (TokenizerElement step in steps)
            if (step.Get("type").Text() != "NFC") throw step.Fault($"of type '{step.Get("type").Text()}' is not supported");
        return steps.Length > 0;
    }

    private static Dictionary<string, int> ReadVocabulary(TokenizerElement vocabulary)
    {
        var ids = new Dictionary<string, int>();
        foreach (TokenizerElement entry in vocabulary.Members())
        {
            int id = entry.Integer();
            if (id is < 0 or >= TokenizerElement.IdCountMax) throw entry.Fault($"has the id {id}, which is out of range");
            if (!ids.TryAdd(entry.Name, id)) throw entry.Fault("is there twice");
        }

        if (ids.Values.Distinct().Count() != ids.Count) throw vocabulary.Fault("gives one id to two entries");
        return ids;
    }

    // Two forms are in use: "left right" and, in newer files, ["left", "right"].
    private static List<(string Left, string Right)> ReadMerges(TokenizerElement merges)
    {
        var pairs = new List<(string, string)>();
        foreach (TokenizerElement merge in merges.Items())
        {
            string[] parts = merge.IsText ? merge.Text().Split(' ') : [.. merge.Items().Select(i => i.Text())];
            if (parts.Length != 2) throw merge.Fault("is not a pair");
            pairs.Add((parts[0], parts[1]));
        }

        return pairs;
    }

    private static List<AddedToken> ReadAddedTokens(TokenizerElement root)
    {
        var tokens = new List<AddedToken>();
        if (!root.TryGet("added_tokens", out TokenizerElement? list)) return tokens;
        foreach (TokenizerElement item in list.Items())
        {
            var token = new AddedToken(item.Get("id").Integer(), item.Get("content").Text(), item.Flag("special"));
            if (token.Id is < 0 or >= TokenizerElement.IdCountMax) throw item.Fault($"has the id {token.Id}, which is out of range");
            if (token.Content.Length == 0) throw item.Fault("has no content");
            if (tokens.Any(t => t.Content == token.Content)) throw item.Fault($"repeats '{token.Content}'");
            if (!token.IsSpecial && (item.Flag("lstrip") || item.Flag("rstrip") || item.Flag("single_word")))
                throw item.Fault($"'{token.Content}' strips or asks for whole words, which is not supported");
            tokens.Add(token);
        }

        return tokens;
    }
}
