using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cremona.Inference.Tokenizers.Normalization;

namespace Cremona.Inference.Tokenizers;

/// <summary>Writes BPE tokenizers as Hugging Face's <c>tokenizer.json</c>.</summary>
public static class TokenizerJsonWriter
{
    private const string Unknown = "<unk>";

    // Relaxed so that the file can be read by people; it is never embedded in a page.
    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes a byte-level vocabulary; the same vocabulary gives the same bytes.</summary>
    /// <param name="path">Replaced when it exists.</param>
    /// <param name="entries">All tokens by id, special ones first; ordinary ones in the byte-level alphabet.</param>
    /// <param name="specialCount">How many of them are special.</param>
    /// <param name="merges">Pairs of entries, in order.</param>
    /// <param name="patterns">The cuts before merging, in order.</param>
    public static void Write(
        string path, IReadOnlyList<string> entries, int specialCount, IReadOnlyList<(string Left, string Right)> merges,
        IReadOnlyList<string> patterns)
    {
        Dictionary<string, int> ids = entries.Index().ToDictionary(
            entry => entry.Item, entry => entry.Index, StringComparer.Ordinal);
        var parts = new TokenizerParts(
            ids, [.. merges.Select((pair, rank) => new BytePairMerge(pair.Left, pair.Right, rank))],
            [.. entries.Take(specialCount).Select((content, id) => new AddedToken(id, content, IsSpecial: true))],
            new PreTokenizer(patterns));
        File.WriteAllText(path, Write(parts));
    }

    /// <summary>The text of the file.</summary>
    /// <param name="parts">With spaces written by the normalizer, as GGUF's are.</param>
    /// <exception cref="InvalidDataException">Merges of different tokens have one rank, for which the form has no
    /// word.</exception>
    internal static string Write(TokenizerParts parts)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Indented))
        {
            json.WriteStartObject();
            json.WriteString("version", "1.0");
            json.WriteNull("truncation");
            json.WriteNull("padding");
            WriteAddedTokens(json, parts.Added);
            WriteNormalizer(json, parts.Normalizer);
            if (parts.IsOfCharacters) json.WriteNull("pre_tokenizer");
            else WritePreTokenizer(json, parts.PreTokenizer.Patterns);
            json.WriteNull("post_processor");
            json.WriteStartObject("decoder");
            if (parts.IsOfCharacters) WriteCharacterDecoder(json, parts.WritesFirstSpace);
            else WriteByteLevel(json);
            WriteModel(json, parts);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void WriteAddedTokens(Utf8JsonWriter json, IEnumerable<AddedToken> added)
    {
        json.WriteStartArray("added_tokens");
        foreach (AddedToken token in added)
        {
            json.WriteStartObject();
            json.WriteNumber("id", token.Id);
            json.WriteString("content", token.Content);
            json.WriteBoolean("single_word", token.IsWholeWord);
            json.WriteBoolean("lstrip", token.StripsLeft);
            json.WriteBoolean("rstrip", token.StripsRight);
            json.WriteBoolean("normalized", token.IsNormalized);
            json.WriteBoolean("special", token.IsSpecial);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteNormalizer(Utf8JsonWriter json, IReadOnlyList<NormalizerStep> steps)
    {
        if (steps.Count == 0)
        {
            json.WriteNull("normalizer");
            return;
        }

        json.WriteStartObject("normalizer");
        json.WriteString("type", "Sequence");
        json.WriteStartArray("normalizers");
        foreach (NormalizerStep step in steps)
        {
            json.WriteStartObject();
            WriteStep(json, step);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteStep(Utf8JsonWriter json, NormalizerStep step)
    {
        switch (step)
        {
            case ComposeStep:
                json.WriteString("type", "NFC");
                break;
            case PrependStep prepend:
                json.WriteString("type", "Prepend");
                json.WriteString("prepend", prepend.Prefix);
                break;
            case ReplaceStep replace:
                WriteReplace(json, replace.Replaced, replace.Content);
                break;
            default:
                throw new NotSupportedException($"{step.GetType().Name} has no form here");
        }
    }

    private static void WriteReplace(Utf8JsonWriter json, string replaced, string content)
    {
        json.WriteString("type", "Replace");
        json.WriteStartObject("pattern");
        json.WriteString("String", replaced);
        json.WriteEndObject();
        json.WriteString("content", content);
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

    private static void WriteCharacterDecoder(Utf8JsonWriter json, bool takesFirstSpace)
    {
        json.WriteString("type", "Sequence");
        json.WriteStartArray("decoders");
        json.WriteStartObject();
        WriteReplace(json, CharacterPieces.Space, " ");
        json.WriteEndObject();
        foreach (string type in (string[])["ByteFallback", "Fuse"])
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteEndObject();
        }

        json.WriteStartObject();
        json.WriteString("type", "Strip");
        json.WriteString("content", " ");
        json.WriteNumber("start", takesFirstSpace ? 1 : 0);
        json.WriteNumber("stop", 0);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteModel(Utf8JsonWriter json, TokenizerParts parts)
    {
        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        json.WriteNull("dropout");
        bool hasUnknown = parts.IsOfCharacters && parts.Added.Any(token => token.Content == Unknown);
        json.WriteString("unk_token", hasUnknown ? Unknown : null);
        json.WriteNull("continuing_subword_prefix");
        json.WriteNull("end_of_word_suffix");
        json.WriteBoolean("fuse_unk", parts.IsOfCharacters);
        json.WriteBoolean("byte_fallback", parts.IsOfCharacters);
        json.WriteBoolean("ignore_merges", parts.PrefersWholePieces);
        json.WriteStartObject("vocab");

        // Added tokens too: other readers number those anew that are not here.
        IEnumerable<(string Entry, int Id)> entries = parts.Ids.Select(entry => (entry.Key, entry.Value))
            .Concat(parts.Added.Select(token => (token.Content, token.Id)));
        foreach ((string entry, int id) in entries.DistinctBy(entry => entry.Entry).OrderBy(entry => entry.Id))
            json.WriteNumber(entry, id);
        json.WriteEndObject();
        WriteMerges(json, parts);
        json.WriteEndObject();
    }

    private static void WriteMerges(Utf8JsonWriter json, TokenizerParts parts)
    {
        BytePairMerge[] merges =
            [.. parts.Merges.OrderBy(pair => pair.Rank).ThenBy(pair => parts.Ids.GetValueOrDefault(pair.Left))];
        for (int i = 1; i < merges.Length; i++)
        {
            (BytePairMerge last, BytePairMerge next) = (merges[i - 1], merges[i]);
            if (last.Rank == next.Rank && last.Left + last.Right != next.Left + next.Right)
            {
                throw new InvalidDataException(
                    $"tokens '{last.Left + last.Right}' and '{next.Left + next.Right}' are merged equally soon, "
                    + "which a tokenizer.json cannot say; write a GGUF file instead");
            }
        }

        bool arePairs = merges.Any(pair => pair.Left.Contains(' ', StringComparison.Ordinal)
            || pair.Right.Contains(' ', StringComparison.Ordinal));
        json.WriteStartArray("merges");
        foreach (BytePairMerge pair in merges)
        {
            if (!arePairs)
            {
                json.WriteStringValue($"{pair.Left} {pair.Right}");
                continue;
            }

            json.WriteStartArray();
            json.WriteStringValue(pair.Left);
            json.WriteStringValue(pair.Right);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }
}
