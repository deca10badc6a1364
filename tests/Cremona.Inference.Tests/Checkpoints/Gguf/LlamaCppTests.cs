using Cremona.Inference.Architectures;
using Cremona.Inference.Architectures.Rotary;
using Cremona.Inference.Checkpoints;
using Cremona.Inference.Checkpoints.Gguf;
using Cremona.Inference.Kernels;
using Cremona.Inference.Sampling;
using Cremona.Inference.Scheduling;
using Cremona.Inference.Tests.Architectures;

namespace Cremona.Inference.Tests.Checkpoints.Gguf;

/// <summary>The engine against llama.cpp on the files that Cremona writes.</summary>
public class LlamaCppTests
{
    private const string Text =
        "小明今天去公园玩。The weather was fine, and the old man walked slowly along the river. "
        + "他看见一只白色的鸟，就停下来看了很久。Then he went home and told his daughter about it.";

    private static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("LlamaForCausalLM")]
    [InlineData("MistralForCausalLM")]
    [InlineData("Qwen2ForCausalLM")]
    [InlineData("Qwen3ForCausalLM")]
    public async Task Engine_GivesTheIdsAndLogitsOfLlamaCpp_ForEveryFamily(string architecture)
    {
        LlamaReference.SkipUnlessThere();
        using var folder = new ScratchFolder();
        string file = folder.File("m.gguf");
        GgufModel.WriteWithoutText(file, Random(architecture), GgufType.F32);
        int[] prompt = [7, 290, 31, 31, 150, 2, 99, 200, 18, 264];
        LlamaReference expected = await LlamaReference.RunAsync(file, prompt, 20);

        using var engine = new DecoderEngine(
            GgufModel.OpenWeights(file), WeightFormat.F32, new EngineOptions { ThreadCount = 1 });
        (await GreedyAsync(engine, prompt, 20)).ShouldBe(expected.Ids);
        double[][] logs = Logs(engine, prompt, 300);
        LlamaReference.Divergence(expected.Logs, logs).ShouldBeLessThan(1e-4);
        for (int i = 0; i < prompt.Length; i++)
        {
            // llama.cpp keeps keys and values as F16.
            for (int id = 0; id < 300; id++) logs[i][id].ShouldBe(expected.Logs[i][id], 2e-2, $"position {i}, id {id}");
        }
    }

    public static TheoryData<string, RopeScaling> Scalings => new()
    {
        { "LlamaForCausalLM", new LinearRopeScaling(4) },
        { "LlamaForCausalLM", new Llama3RopeScaling(8, 1, 4, 64) },
        { "LlamaForCausalLM", new Llama3RopeScaling(32, 1, 4, 8192) },
        { "Qwen2ForCausalLM", new YarnRopeScaling(4, 64, 32, 1, YarnRopeScaling.UsualAttentionFactor(4)) },
        { "Qwen3ForCausalLM", new YarnRopeScaling(2, 128, 16, 2, 0.8) },
    };

    [Theory]
    [MemberData(nameof(Scalings))]
    public async Task Engine_GivesTheIdsAndLogitsOfLlamaCpp_WithStretchedPositions(
        string architecture, RopeScaling scaling)
    {
        LlamaReference.SkipUnlessThere();
        using var folder = new ScratchFolder();
        string file = folder.File("m.gguf");
        DecoderWeights weights = Random(architecture, scaling);
        GgufModel.WriteWithoutText(file, weights, GgufType.F32);
        int[] prompt = TestModels.Tokens(weights.Config, 90, 5);
        LlamaReference expected = await LlamaReference.RunAsync(file, prompt, 10);

        using var engine = new DecoderEngine(
            GgufModel.OpenWeights(file), WeightFormat.F32, new EngineOptions { ThreadCount = 1 });
        (await GreedyAsync(engine, prompt, 10)).ShouldBe(expected.Ids);
        LlamaReference.Divergence(expected.Logs, Logs(engine, prompt, 300)).ShouldBeLessThan(1e-4);
    }

    [Theory]
    [InlineData(GgufType.F16, 1e-4)]
    [InlineData(GgufType.BF16, 1e-3)]
    [InlineData(GgufType.Q8_0, 5e-3)]
    [InlineData(GgufType.Q4_0, 5e-3)]
    public async Task Engine_AgreesWithLlamaCpp_OnEveryWrittenType(GgufType type, double divergenceMax)
    {
        LlamaReference.SkipUnlessThere();
        using var folder = new ScratchFolder();
        string file = folder.File("m.gguf");
        GgufModel.WriteWithoutText(file, Random("Qwen3ForCausalLM"), type);
        int[] prompt = [7, 290, 31, 31, 150, 2, 99, 200, 18, 264];
        LlamaReference expected = await LlamaReference.RunAsync(file, prompt, 0);
        using var engine = new DecoderEngine(
            GgufModel.OpenWeights(file), WeightFormat.F32, new EngineOptions { ThreadCount = 1 });
        LlamaReference.Divergence(expected.Logs, Logs(engine, prompt, 300)).ShouldBeLessThan(divergenceMax);
    }

    [Theory]
    [InlineData(WeightFormat.Q4, GgufType.Q4_0, 1.0)]
    [InlineData(WeightFormat.Q8, GgufType.Q8_0, 1.3)] // equal in kind: what differs is chance on so short a text
    public async Task RoundedWeights_StayAsNearToFloat32_AsThoseOfLlamaCpp(
        WeightFormat format, GgufType type, double ratioMax)
    {
        LlamaReference.SkipUnlessThere();
        using var folder = new ScratchFolder();
        LanguageModel nano = ModelFolder.Load(Path.Combine(AppContext.BaseDirectory, "models", "nano"));
        int vocabulary = nano.Config.VocabularySize;
        string file = folder.File("nano.gguf");
        GgufModel.WriteWithoutText(file, nano.Source, type);
        int[] tokens = nano.Tokenizer.Encode(Text);
        LlamaReference peer = await LlamaReference.RunAsync(file, tokens, 0);

        var options = new EngineOptions { ThreadCount = 1 };
        using var exact = new DecoderEngine(nano.Source, WeightFormat.F32, options);
        using var rounded = new DecoderEngine(nano.Source, format, options);
        double[][] expected = Logs(exact, tokens, vocabulary);
        double own = LlamaReference.Divergence(expected, Logs(rounded, tokens, vocabulary));
        double other = LlamaReference.Divergence(expected, peer.Logs);
        own.ShouldBeLessThanOrEqualTo(ratioMax * other, $"{format} against {type}, in nats");
    }

    private static double[][] Logs(DecoderEngine engine, int[] tokens, int vocabulary)
    {
        float[] logits = new float[tokens.Length * vocabulary];
        engine.Logits(tokens, null, logits);
        return LlamaReference.LogsOf(logits, vocabulary);
    }

    private static async Task<int[]> GreedyAsync(DecoderEngine engine, int[] prompt, int count)
    {
        var request = new GenerationRequest
        {
            PromptTokens = prompt,
            MaxTokens = count,
            Sampling = new SamplingOptions { Temperature = 0 },
        };
        var ids = new List<int>();
        await foreach (GeneratedToken token in engine.StreamAsync(request, TestEnds)) ids.Add(token.Id);
        return [.. ids];
    }

    private static DecoderWeights Random(string architecture, RopeScaling? scaling = null) => TestModels.Random(
        new DecoderConfig
        {
            Architecture = architecture,
            VocabularySize = 300,
            HiddenSize = 64,
            IntermediateSize = 96,
            LayerCount = 2,
            HeadCount = 4,
            KeyValueHeadCount = 2,
            HeadDimension = 16,
            ContextLength = 256,
            RopeScaling = scaling,
            AttentionBias = architecture == "Qwen2ForCausalLM",
            QueryKeyNorm = architecture == "Qwen3ForCausalLM",
            TieWordEmbeddings = architecture != "LlamaForCausalLM",
        },
        31);
}
