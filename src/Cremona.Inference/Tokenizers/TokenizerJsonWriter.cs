using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cremona.Inference.Tokenizers;

/// <summary>Writes a byte-level BPE vocabulary as Hugging Face's <c>tokenizer.json</c>.</summary>
public static class TokenizerJsonWriter
{
    // Relaxed so that the file can be read by people; it is never embedded in a page.
    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes the file; the same vocabulary gives the same bytes.</summary>
    /// <param name="path">Replaced when it exists.</param>
    /// <param name="entries">All tokens by id, special ones first; ordinary ones in the byte-level alphabet.</param>
    /// <param name="specialCount">How many of them are special.</param>
    /// <param name="merges">Pairs of entries, in order.</param>
    /// <param name="patterns">The cuts before merging, in order.</param>
    public static void Write(
        string path, IReadOnlyList<string> entries, int specialCount, IReadOnlyList<(string Left, string Right)> merges,
        IReadOnlyList<string> patterns)
    {
        using FileStream stream = File.Create(path);
        using (var json = new Utf8JsonWriter(stream, Indented))
        {
            json.WriteStartObject();
            json.WriteString("version", "1.0");
            json.WriteNull("truncation");
            json.WriteNull("padding");
            WriteAddedTokens(json, entries.Take(specialCount));
            json.WriteNull("normalizer");
            WritePreTokenizer(json, patterns);
            json.WriteNull("post_processor");
            json.WriteStartObject("decoder");
            WriteByteLevel(json);
            WriteModel(json, entries, merges);
            json.WriteEndObject();
        }

        stream.Write("\n"u8);
    }

    private static void WriteAddedTokens(Utf8JsonWriter json, IEnumerable<string> special)
    {
        json.WriteStartArray("added_tokens");
        foreach ((int id, string content) in special.Index())
        {
            json.WriteStartObject();
            json.WriteNumber("id", id);
            json.WriteString("content", content);
            foreach (string flag in (string[])["single_word", "lstrip", "rstrip", "normalized"]) json.WriteBoolean(flag, false);
            json.WriteBoolean("special", true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WritePreTokenizer(Utf8JsonWriter json, IReadOnlyList<string> patterns)
    {
        json.WriteStartObject("pre_tokenizer");
        json.WriteString("type", "Sequence");
        json.WriteStartArray("pretokenizers");
        foreach (string pattern in patterns)
        {
            json.WriteStartObject();
            json.WriteString("type", "Split");
            json.WriteStartObject("pattern");
            json.WriteString("Regex", pattern);
            json.WriteEndObject();
            json.WriteString("behavior", "Isolated");
            json.WriteBoolean("invert", false);
            json.WriteEndObject();
        }

        json.WriteStartObject();
        WriteByteLevel(json);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteByteLevel(Utf8JsonWriter json)
    {
        json.WriteString("type", "ByteLevel");
        json.WriteBoolean("add_prefix_space", false);
        json.WriteBoolean("trim_offsets", false);
        json.WriteBoolean("use_regex", false);
        json.WriteEndObject();
    }

    private static void WriteModel(
        Utf8JsonWriter json, IReadOnlyList<string> entries, IReadOnlyList<(string Left, string Right)> merges)
    {
        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        foreach (string name in (string[])["dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix"]) json.WriteNull(name);
        foreach (string name in (string[])["fuse_unk", "byte_fallback", "ignore_merges"]) json.WriteBoolean(name, false);
        json.WriteStartObject("vocab");
        for (int id = 0; id < entries.Count; id++) json.WriteNumber(entries[id], id);
        json.WriteEndObject();
        json.WriteStartArray("merges");
        foreach ((string left, string right) in merges) json.WriteStringValue($"{left} {right}");
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
