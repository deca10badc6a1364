using Cremona.Inference.Adapters;
using Cremona.Inference.Architectures;
using Cremona.Inference.Tests.Checkpoints;

namespace Cremona.Inference.Tests.Adapters;

public class AdapterFolderTests
{
    private static readonly LoraAdapter Adapter = new(
        RandomDecoder.Config,
        rank: 2,
        alpha: 4,
        new Dictionary<(int, LinearKind), LoraMatrices>
        {
            [(1, LinearKind.Down)] = Matrices(LinearKind.Down),
            [(0, LinearKind.Query)] = Matrices(LinearKind.Query),
        });

    [Fact]
    public void Load_GivesWhatWasSaved()
    {
        using var folder = new ScratchFolder();
        AdapterFolder.Save(folder.Path, Adapter, "nano");
        LoraAdapter read = AdapterFolder.Load(folder.Path, RandomDecoder.Config);
        AdapterFolder.Measure(folder.Path).ShouldBe(read.SizeBytes);
        read.Rank.ShouldBe(2);
        read.Scaling.ShouldBe(2);
        read.Matrices.Keys.ShouldBe(Adapter.Matrices.Keys, ignoreOrder: true);
        read.Matrices[(1, LinearKind.Down)].A.ShouldBe(Adapter.Matrices[(1, LinearKind.Down)].A);
        read.Matrices[(0, LinearKind.Query)].B.ShouldBe(Adapter.Matrices[(0, LinearKind.Query)].B);
    }

    [Fact]
    public void Save_WritesTheSameBytes_Again()
    {
        using var first = new ScratchFolder();
        using var second = new ScratchFolder();
        AdapterFolder.Save(first.Path, Adapter, "nano");
        AdapterFolder.Save(second.Path, Adapter, "nano");
        foreach (string name in (string[])["adapter_config.json", "adapter_model.safetensors"])
        {
            File.ReadAllBytes(second.File(name)).ShouldBe(File.ReadAllBytes(first.File(name)));
        }
    }

    [Theory]
    [InlineData("\"modules_to_save\":[\"lm_head\"]", "modules_to_save")]
    [InlineData("\"use_dora\":true", "use_dora")]
    [InlineData("\"bias\":\"all\"", "bias")]
    [InlineData("\"peft_type\":\"IA3\"", "peft_type")]
    [InlineData("\"r\":3", "lora_A")]
    public void Load_RefusesByName_WhatItCannotDo(string field, string named)
    {
        using var folder = new ScratchFolder();
        AdapterFolder.Save(folder.Path, Adapter, "nano");
        string config = File.ReadAllText(folder.File("adapter_config.json"));
        File.WriteAllText(folder.File("adapter_config.json"), config.TrimEnd().TrimEnd('}') + "," + field + "}");
        Should.Throw<InvalidDataException>(() => AdapterFolder.Load(folder.Path, RandomDecoder.Config))
            .Message.ShouldContain(named);
    }

    [Fact]
    public void Load_ReadsHighRanks_AndTheScalingOfRankStabilizedAdapters()
    {
        const int rank = 96;
        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => i / 5f)];
        LoraMatrices up = new(
            Numbers(rank * RandomDecoder.Config.InputSize(LinearKind.Up)),
            Numbers(rank * RandomDecoder.Config.OutputSize(LinearKind.Up)));
        var matrices = new Dictionary<(int, LinearKind), LoraMatrices> { [(0, LinearKind.Up)] = up };
        var adapter = new LoraAdapter(RandomDecoder.Config, rank, alpha: 32, matrices);
        using var folder = new ScratchFolder();
        AdapterFolder.Save(folder.Path, adapter, "nano");
        LoraAdapter read = AdapterFolder.Load(folder.Path, RandomDecoder.Config);
        read.Rank.ShouldBe(rank);
        read.Scaling.ShouldBe(32f / rank);

        string config = File.ReadAllText(folder.File("adapter_config.json"));
        File.WriteAllText(
            folder.File("adapter_config.json"), config.TrimEnd().TrimEnd('}') + ",\"use_rslora\":true}");
        AdapterFolder.Load(folder.Path, RandomDecoder.Config).Scaling.ShouldBe(32f / MathF.Sqrt(rank), 1e-6f);
    }

    [Fact]
    public void Load_Refuses_AnAdapterOfADeeperModel()
    {
        using var folder = new ScratchFolder();
        AdapterFolder.Save(folder.Path, Adapter, "nano");
        Should.Throw<InvalidDataException>(() =>
            AdapterFolder.Load(folder.Path, RandomDecoder.Config with { LayerCount = 1 }))
            .Message.ShouldContain("layers.1");
    }

    private static LoraMatrices Matrices(LinearKind kind) => new(
        [.. Enumerable.Range(0, 2 * RandomDecoder.Config.InputSize(kind)).Select(i => i / 3f)],
        [.. Enumerable.Range(0, 2 * RandomDecoder.Config.OutputSize(kind)).Select(i => -i / 7f)]);
}
