using System.Text.Json;
using Cremona.Inference.Architectures;
using Cremona.Inference.Architectures.Rotary;
using Cremona.Inference.Kernels;
using Cremona.Inference.KvCache;

namespace Cremona.Inference.Tests.Architectures;

/// <summary>Logits against those of an independent PyTorch implementation in float32
/// (<c>tests/oracle/decoder_reference.py</c>, run once; its output is checked in).</summary>
public class DecoderOracleTests
{
    /// <summary>Two float32 computations of logits near 10, rounded to six decimals.</summary>
    private const double Tolerance = 5e-5;

    private const int TokenCount = 120;

    private static readonly DecoderConfig Plain = new()
    {
        Architecture = "LlamaForCausalLM",
        VocabularySize = 61,
        HiddenSize = 32,
        IntermediateSize = 48,
        LayerCount = 2,
        HeadCount = 4,
        KeyValueHeadCount = 2,
        HeadDimension = 16,
        ContextLength = 128,
        RmsNormEpsilon = 1e-5f,
        TieWordEmbeddings = true,
    };

    public static TheoryData<string, DecoderConfig> Cases => new()
    {
        { "plain", Plain },
        { "linear", Plain with { RopeScaling = new LinearRopeScaling(4) } },
        { "llama3", Plain with { RopeScaling = new Llama3RopeScaling(8, 1, 4, 64) } },
        { "yarn", Plain with { RopeScaling = new YarnRopeScaling(4, 32, 32, 1, YarnRopeScaling.UsualAttentionFactor(4)) } },
        { "window", Plain with { Architecture = "MistralForCausalLM", SlidingWindow = 20 } },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Run_GivesTheLogitsOfPyTorch(string name, DecoderConfig config)
    {
        using var json = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "oracle", "decoder_reference.json")));
        using var pool = new ComputePool(1);
        var forward = new DecoderForward(Weights(config), WeightFormat.F32, pool);
        using SequenceCache cache = Pages(config).TryReserve(TokenCount)!;
        int[] tokens = [.. Mixed(9000, TokenCount).Select(x => (int)(x % (uint)config.VocabularySize))];
        float[] logits = new float[TokenCount * config.VocabularySize];
        forward.Run([new ForwardSegment(cache, null, tokens, TokenCount)], logits);

        JsonElement positions = json.RootElement.GetProperty("positions");
        JsonElement rows = json.RootElement.GetProperty(name);
        for (int i = 0; i < positions.GetArrayLength(); i++)
        {
            int position = positions[i].GetInt32();
            for (int id = 0; id < config.VocabularySize; id++)
            {
                double actual = logits[(position * config.VocabularySize) + id];
                actual.ShouldBe(rows[i][id].GetDouble(), Tolerance, $"position {position}, id {id}");
            }
        }
    }

    private static DecoderWeights Weights(DecoderConfig config)
    {
        uint salt = 0;
        float[] Matrix(int rows, int columns) => Uniform(salt++, rows * columns, 0, 1.5 / Math.Sqrt(columns));
        float[] Norm() => Uniform(salt++, config.HiddenSize, 1, 0.3);
        return new DecoderWeights
        {
            Config = config,
            Embedding = Matrix(config.VocabularySize, config.HiddenSize),
            Layers = [.. Enumerable.Range(0, config.LayerCount).Select(_ => new DecoderLayerWeights
            {
                AttentionNorm = Norm(),
                MlpNorm = Norm(),
                Linear = [.. LinearKinds.All.Select(kind => Matrix(config.OutputSize(kind), config.InputSize(kind)))],
                Bias = new float[]?[LinearKinds.All.Count],
            })],
            FinalNorm = Norm(),
        };
    }

    private static float[] Uniform(uint salt, int count, double center, double spread) =>
        [.. Mixed(salt, count).Select(x => (float)(center + (spread * ((x / 4294967296.0 * 2) - 1))))];

    private static IEnumerable<uint> Mixed(uint salt, int count)
    {
        for (uint i = 1; i <= count; i++)
        {
            uint x = (i * 0x9E3779B1) ^ ((salt + 1) * 0x85EBCA77);
            x = (x ^ (x >> 15)) * 0x2C1B3C6D;
            x = (x ^ (x >> 12)) * 0x297A2D39;
            yield return x ^ (x >> 15);
        }
    }

    private static PagePool Pages(DecoderConfig config) =>
        new(new PageLayout(config, KeyValueFormat.F32), PageLayout.PageCount(TokenCount));
}
