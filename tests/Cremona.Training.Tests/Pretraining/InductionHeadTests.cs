using Cremona.Inference.Architectures;
using Cremona.Inference.Kernels;
using Cremona.Inference.Scheduling;
using Cremona.Training.Backward;
using Cremona.Training.Pretraining;

namespace Cremona.Training.Tests.Pretraining;

public class InductionHeadTests
{
    private const int TextLength = 40;

    private static readonly PretrainShape Shape = new()
    {
        HiddenSize = 256,
        IntermediateSize = 64,
        LayerCount = 3,
        HeadCount = 4,
        KeyValueHeadCount = 2,
        HeadDimension = 64,
        ContextLength = 256,
        InductionHead = true,
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void UntrainedModel_ExpectsTheTokenThatCameAfter_WhenATextIsRepeated(int seed)
    {
        // Of 500 equally likely tokens a blind model has the right one among the first 25 in 1 of 20 places.
        ShareAmongTheFirstTwentyFive((ulong)seed, hasInductionHead: true).ShouldBeGreaterThan(0.35);
        ShareAmongTheFirstTwentyFive((ulong)seed, hasInductionHead: false).ShouldBeLessThan(0.15);
    }

    [Fact]
    public void Create_GivesTheSameWeights_ForTheSameSeed()
    {
        DecoderConfig config = Config();
        FirstWeights.Create(config, 5, true).Layers[1].Linear[(int)LinearKind.Value]
            .ShouldBe(FirstWeights.Create(config, 5, true).Layers[1].Linear[(int)LinearKind.Value]);
    }

    [Theory]
    [InlineData(1, 64, 256)]
    [InlineData(2, 64, 64)]
    [InlineData(2, 10, 256)]
    public void Shape_IsRefused_WhenItHasNoRoom(int layers, int headDimension, int width)
    {
        PretrainShape shape = Shape with { LayerCount = layers, HeadDimension = headDimension, HiddenSize = width };
        Should.Throw<InvalidDataException>(shape.Check).Message.ShouldContain("induction_head");
        Should.NotThrow((shape with { InductionHead = false }).Check);
    }

    private static double ShareAmongTheFirstTwentyFive(ulong seed, bool hasInductionHead)
    {
        DecoderConfig config = Config();
        int[] text = [.. Enumerable.Range(0, TextLength).Select(
            i => (int)(CounterRandom.Bits(seed, 77, (ulong)i) % (ulong)config.VocabularySize))];
        int[] twice = [.. text, .. text];
        float[] logits = new float[twice.Length * config.VocabularySize];
        DecoderWeights weights = FirstWeights.Create(config, seed, hasInductionHead);
        using DecoderEngine engine = new(weights, WeightFormat.F32, new EngineOptions { ThreadCount = 1 });
        engine.Logits(twice, null, logits);

        int found = Enumerable.Range(TextLength, TextLength - 1).Count(position =>
        {
            ReadOnlySpan<float> row = logits.AsSpan(position * config.VocabularySize, config.VocabularySize);
            float right = row[twice[position + 1]];
            int better = 0;
            foreach (float logit in row) better += logit > right ? 1 : 0;
            return better < 25;
        });
        return (double)found / (TextLength - 1);
    }

    private static DecoderConfig Config() => new()
    {
        Architecture = "Qwen3ForCausalLM",
        VocabularySize = 500,
        HiddenSize = Shape.HiddenSize,
        IntermediateSize = Shape.IntermediateSize,
        LayerCount = Shape.LayerCount,
        HeadCount = Shape.HeadCount,
        KeyValueHeadCount = Shape.KeyValueHeadCount,
        HeadDimension = Shape.HeadDimension,
        ContextLength = Shape.ContextLength,
        TieWordEmbeddings = true,
        QueryKeyNorm = true,
    };
}
