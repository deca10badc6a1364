using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cremona.Inference.Templates;
using Cremona.Inference.Tokenizers;

namespace Cremona.Training.Corpus;

/// <summary>Trains the tokenizer of the embedded model on generated dialogues and writes its two files.</summary>
public static class CorpusTokenizer
{
    private const string DocumentEnd = "<|endoftext|>";
    private const string TurnStart = "<|im_start|>";
    private const string TurnEnd = "<|im_end|>";

    // The same form as ChatMlTemplate writes; calls are taken with or without OpenAI's "function" around them.
    private const string ChatTemplate = """
        {%- if tools %}
        {{- '<|im_start|>system\n' }}
        {%- if messages[0].role == 'system' and messages[0].content %}{{- messages[0].content + '\n\n' }}{%- endif %}
        {{- '<tools>\n' }}
        {%- for tool in tools %}
        {{- (tool.function if tool.function is defined else tool) | tojson }}{{- '\n' }}
        {%- endfor %}
        {{- '</tools><|im_end|>\n' }}
        {%- endif %}
        {%- for message in messages %}
        {%- if not (tools and loop.first and message.role == 'system') %}
        {{- '<|im_start|>' + message.role + '\n' }}
        {%- if message.content %}{{- message.content }}{%- endif %}
        {%- for tool_call in message.tool_calls or [] %}
        {%- set call = tool_call.function if tool_call.function is defined else tool_call %}
        {%- if message.content or not loop.first %}{{- '\n' }}{%- endif %}
        {{- '<tool_call>\n{"name": ' }}{{- call.name | tojson }}{{- ', "arguments": ' }}
        {{- call.arguments if call.arguments is string else call.arguments | tojson }}{{- '}\n</tool_call>' }}
        {%- endfor %}
        {{- '<|im_end|>\n' }}
        {%- endif %}
        {%- endfor %}
        {%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{%- endif %}
        """;

    // Han characters stand alone, so that names are copied character by character; the rest is cut as Qwen cuts it.
    private static readonly string[] Patterns = [PreTokenizer.HanPattern, PreTokenizer.QwenPattern];

    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes <c>tokenizer.json</c> and <c>tokenizer_config.json</c>; the same arguments give the same
    /// bytes.</summary>
    /// <param name="folder">Must exist.</param>
    /// <param name="vocabularySize">Entries at most.</param>
    /// <param name="sampleCount">Dialogues to learn from.</param>
    /// <param name="seed">Of the generator.</param>
    /// <param name="contextLength">Written as <c>model_max_length</c>.</param>
    public static void Train(string folder, int vocabularySize, int sampleCount, ulong seed, int contextLength)
    {
        var preTokenizer = new PreTokenizer(Patterns);
        var counts = new Dictionary<string, long>();
        var lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        for (long index = 0; index < sampleCount; index++)
        {
            foreach (ChatTurn turn in CorpusGenerator.Generate(seed, index))
            {
                foreach (Range piece in preTokenizer.Split(turn.Content))
                    CollectionsMarshal.GetValueRefOrAddDefault(lookup, turn.Content.AsSpan(piece), out _)++;
            }
        }

        foreach (string header in (string[])["system", "user", "assistant", "tool", "\n"]) counts[header] = sampleCount;
        TrainedVocabulary vocabulary = BytePairTrainer.Train(
            counts, vocabularySize, [DocumentEnd, TurnStart, TurnEnd],
            [.. CommonCharacters.Punctuation, .. CommonCharacters.Han]);
        vocabulary.Save(Path.Combine(folder, "tokenizer.json"), preTokenizer);
        WriteConfig(Path.Combine(folder, "tokenizer_config.json"), contextLength);
    }

    private static void WriteConfig(string path, int contextLength)
    {
        using FileStream stream = File.Create(path);
        using (var json = new Utf8JsonWriter(stream, Indented))
        {
            json.WriteStartObject();
            json.WriteString("tokenizer_class", "PreTrainedTokenizerFast");
            json.WriteBoolean("add_bos_token", false);
            json.WriteNull("bos_token");
            json.WriteString("eos_token", TurnEnd);
            json.WriteString("pad_token", DocumentEnd);
            json.WriteNull("unk_token");
            json.WriteBoolean("clean_up_tokenization_spaces", false);
            json.WriteNumber("model_max_length", contextLength);
            json.WriteString("chat_template", ChatTemplate);
            json.WriteEndObject();
        }

        stream.Write("\n"u8);
    }
}
