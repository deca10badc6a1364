using Cremona.Inference.Architectures;
using Cremona.Inference.Checkpoints;
using Cremona.Inference.Checkpoints.Gguf;
using Cremona.Inference.Kernels;
using Cremona.Inference.KvCache;
using Cremona.Inference.Tests.Checkpoints;

namespace Cremona.Inference.Tests.Architectures;

/// <summary>Packing from disk takes the packed weights and little else.</summary>
public class LoadingTests
{
    private const long BesideWeightsMax = 12_000_000;

    // Rows of queries, keys and values end inside of panels, heads inside of what is read at once.
    private static readonly DecoderConfig Shape = new()
    {
        Architecture = "LlamaForCausalLM",
        VocabularySize = 20_000,
        HiddenSize = 320,
        IntermediateSize = 1056,
        LayerCount = 2,
        HeadCount = 5,
        KeyValueHeadCount = 1,
        HeadDimension = 40,
        ContextLength = 64,
        AttentionBias = true,
    };

    [Theory]
    [InlineData(WeightFormat.F32, false)]
    [InlineData(WeightFormat.BF16, true)]
    [InlineData(WeightFormat.Q8, false)]
    [InlineData(WeightFormat.Q4, true)]
    public void Forward_OfAModelOnDisk_IsThatOfTheWeights_AndAllocatesThePackedOnesAlone(
        WeightFormat format, bool isGguf)
    {
        using var folder = new ScratchFolder();
        DecoderWeights weights = RandomDecoder.Create(Shape);
        IDecoderSource source = Write(folder, weights, isGguf);
        using var pool = new ComputePool(2);

        long before = GC.GetAllocatedBytesForCurrentThread();
        var forward = new DecoderForward(source, format, pool);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        forward.WeightBytes.ShouldBe(DecoderForward.Measure(Shape, format));
        allocated.ShouldBeInRange(forward.WeightBytes, forward.WeightBytes + BesideWeightsMax);
        Logits(forward).ShouldBe(Logits(new DecoderForward(weights, format, pool)));
    }

    private static IDecoderSource Write(ScratchFolder folder, DecoderWeights weights, bool isGguf)
    {
        if (isGguf)
        {
            GgufModelWriter.Write(folder.File("m.gguf"), weights, GgufType.F32, null, null, null);
            return GgufModel.OpenWeights(folder.File("m.gguf"));
        }

        ModelFolder.Save(folder.Path, weights, TensorType.F32);
        return new CheckpointDecoder(weights.Config, WeightFormat.F32, () => SafetensorsFolder.Open(folder.Path));
    }

    private static float[] Logits(DecoderForward forward)
    {
        float[] logits = new float[3 * Shape.VocabularySize];
        using SequenceCache cache = new PagePool(new PageLayout(Shape, KeyValueFormat.F32), 1).TryReserve(3)!;
        forward.Run([new ForwardSegment(cache, null, new[] { 7, 19_999, 3 }, 3)], logits);
        return logits;
    }
}
