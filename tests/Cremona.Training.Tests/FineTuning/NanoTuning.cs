using Cremona.Inference.Adapters;
using Cremona.Inference.Checkpoints;
using Cremona.Inference.Grammar;
using Cremona.Inference.Sampling;
using Cremona.Inference.Scheduling;
using Cremona.Inference.Templates;
using Cremona.Training.Data;

namespace Cremona.Training.Tests.FineTuning;

/// <summary>Tunes the embedded model with the default hyperparameters, and asks it greedily.</summary>
internal static class NanoTuning
{
    private const int AnswerTokensMax = 120;

    public static LanguageModel Model { get; } =
        ModelFolder.Load(Path.Combine(AppContext.BaseDirectory, "models", "nano"));

    public static DecoderEngine StartEngine(int atOnce) => new(
        Model.Source, Model.Source.Format, new EngineOptions { MaxBatchSize = atOnce, QueueLength = atOnce });

    public static LoraAdapter Tune(Stream rows, string workFolder)
    {
        TrainingFileReport report = TrainingFile.Read(
            rows, Model, Model.Config.ContextLength, TrainingFile.LineBytesMax, CancellationToken.None);
        report.Fault.ShouldBeNull();
        FineTuneResult result = new FineTuner().Run(
            new FineTuneRequest
            {
                BaseModel = Model,
                BaseModelName = "nano",
                TrainingRows = report.Rows,
                ValidationRows = [],
                Hyperparameters = new FineTuneHyperparameters(),
                WorkFolder = workFolder,
                Seed = 1,
            },
            _ => { },
            CancellationToken.None);
        return AdapterFolder.Load(result.AdapterFolder, Model.Config);
    }

    public static async Task<string> AnswerAsync(
        DecoderEngine engine, IReadOnlyList<ChatTurn> turns, LoraAdapter? adapter,
        IReadOnlyList<ChatTool>? tools = null, TokenGrammar? grammar = null)
    {
        var request = new GenerationRequest
        {
            PromptTokens = Model.ChatTemplate.Encode(turns, ChatEnding.OpenAssistant, tools).Tokens,
            MaxTokens = AnswerTokensMax,
            StopTokens = Model.ChatTemplate.StopTokens,
            Sampling = new SamplingOptions { Temperature = 0 },
            Adapter = adapter,
            Grammar = grammar,
        };
        var tokens = new List<int>();
        await foreach (GeneratedToken token in engine.StreamAsync(request, TestContext.Current.CancellationToken))
            if (token.Id >= 0) tokens.Add(token.Id);
        return Model.Tokenizer.Decode([.. tokens]);
    }
}
