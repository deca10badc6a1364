using Cremona.Inference.Architectures;
using Cremona.Inference.Checkpoints;
using Cremona.Inference.Templates;
using Cremona.Inference.Tokenizers;
using Cremona.Training.Backward;
using Cremona.Training.Data;
using Cremona.Training.Tests.Backward;

namespace Cremona.Training.Tests.FineTuning;

/// <summary>Fine-tuning requests over a decoder of a few thousand parameters; a run takes a fraction of a
/// second.</summary>
internal static class TinyFineTune
{
    private static readonly DecoderConfig Config = TinyDecoder.Config(headNorm: true);

    private static readonly LanguageModel Base =
        new(TinyDecoder.Weights(Config, 3), new NoText(), new NoText());

    public static FineTuneRequest Request(string workFolder, int threads = 1, int validationRows = 2) => new()
    {
        BaseModel = Base,
        BaseModelName = "tiny",
        TrainingRows = Rows(7, seed: 11),
        ValidationRows = Rows(validationRows, seed: 12),
        Hyperparameters = new FineTuneHyperparameters(BatchSize: 2, EpochCount: 3),
        WorkFolder = workFolder,
        Seed = 42,
        ThreadCount = threads,
        CheckpointInterval = TimeSpan.Zero,
    };

    public static TokenizedRow[] Rows(int count, ulong seed) =>
    [
        .. Enumerable.Range(0, count).Select(row =>
        {
            PackedBatch batch = TinyDecoder.Batch(Config, seed + (ulong)row, 10 + row);
            return new TokenizedRow(batch.Tokens, batch.IsLearned);
        }),
    ];

    public static byte[] AdapterBytes(string adapterFolder) =>
    [
        .. File.ReadAllBytes(Path.Combine(adapterFolder, "adapter_config.json")),
        .. File.ReadAllBytes(Path.Combine(adapterFolder, "adapter_model.safetensors")),
    ];

    /// <summary>Training knows tokens only, so these are never asked.</summary>
    private sealed class NoText : ITokenizer, IChatTemplate
    {
        public int VocabularySize => Config.VocabularySize;

        public IReadOnlyCollection<int> StopTokens => [];

        public int[] Encode(string text) => throw new NotSupportedException();

        public string Decode(ReadOnlySpan<int> ids) => throw new NotSupportedException();

        public ReadOnlySpan<byte> BytesOf(int id) => throw new NotSupportedException();

        public int? FindSpecial(string content) => throw new NotSupportedException();

        public IStreamingDecoder CreateStreamingDecoder() => throw new NotSupportedException();

        public ToolCallForm? ToolCallForm => null;

        public EncodedChat Encode(
            IReadOnlyList<ChatTurn> turns, ChatEnding ending, IReadOnlyList<ChatTool>? tools = null) =>
            throw new NotSupportedException();
    }
}
