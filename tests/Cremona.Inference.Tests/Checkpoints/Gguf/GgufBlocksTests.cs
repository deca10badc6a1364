using System.Text.Json;
using Cremona.Inference.Checkpoints.Gguf;

namespace Cremona.Inference.Tests.Checkpoints.Gguf;

/// <summary>Against blocks that llama.cpp made and read (<c>tests/oracle/gguf_blocks.py</c>, run once; its output is
/// checked in).</summary>
public class GgufBlocksTests
{
    public static TheoryData<GgufType> Types() => [.. Entries().Select(entry => entry.Type)];

    [Theory]
    [MemberData(nameof(Types))]
    public void Decode_GivesTheNumbersThatLlamaCppReads(GgufType type)
    {
        (_, _, byte[] bytes, float[] expected) = Entries().Single(entry => entry.Type == type);
        float[] actual = new float[expected.Length];
        GgufBlocks.Decode(type, bytes, actual);
        for (int i = 0; i < expected.Length; i++)
        {
            actual[i].ShouldBe(expected[i], (2e-6f * MathF.Abs(expected[i])) + 1e-6f);
        }
    }

    [Theory]
    [InlineData(GgufType.Q4_0)]
    [InlineData(GgufType.Q8_0)]
    public void Encode_GivesTheBytesOfLlamaCpp(GgufType type)
    {
        (_, float[] values, byte[] expected, _) = Entries().Single(entry => entry.Type == type);
        byte[] actual = new byte[expected.Length];
        GgufBlocks.Encode(type, values, actual);
        actual.ShouldBe(expected);
    }

    private static IEnumerable<(GgufType Type, float[] Values, byte[] Bytes, float[] Read)> Entries()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "oracle", "gguf_blocks.json");
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (JsonElement entry in document.RootElement.EnumerateArray())
        {
            yield return (
                Enum.Parse<GgufType>(entry.GetProperty("type").GetString()!),
                Floats(entry.GetProperty("values")),
                Convert.FromHexString(entry.GetProperty("bytes").GetString()!),
                Floats(entry.GetProperty("read")));
        }
    }

    private static float[] Floats(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetSingle())];
}
