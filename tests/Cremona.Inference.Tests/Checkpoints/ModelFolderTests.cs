using Cremona.Inference.Architectures;
using Cremona.Inference.Checkpoints;

namespace Cremona.Inference.Tests.Checkpoints;

public class ModelFolderTests
{
    [Theory]
    [InlineData("Qwen3ForCausalLM", true)]
    [InlineData("Qwen2ForCausalLM", false)]
    [InlineData("LlamaForCausalLM", false)]
    public void ReadWeights_GivesWhatWasSaved(string architecture, bool isTied)
    {
        DecoderConfig config = RandomDecoder.Config with
        {
            Architecture = architecture,
            TieWordEmbeddings = isTied,
            AttentionBias = architecture == "Qwen2ForCausalLM",
            QueryKeyNorm = architecture == "Qwen3ForCausalLM",
            RopeTheta = 1e6,
        };
        using var folder = new ScratchFolder();
        DecoderWeights saved = RandomDecoder.Create(config);
        ModelFolder.Save(folder.Path, saved, TensorType.F32);
        ModelFolder.ReadConfig(folder.Path).ShouldBe(config);
        DecoderWeights read = ModelFolder.ReadWeights(folder.Path, config);
        read.Embedding.ShouldBe(saved.Embedding);
        read.Head.ShouldBe(saved.Head);
        read.Layers[1].Linear.ShouldBe(saved.Layers[1].Linear);
        read.Layers[1].Bias.ShouldBe(saved.Layers[1].Bias);
        read.Layers[1].KeyNorm.ShouldBe(saved.Layers[1].KeyNorm);
    }

    [Theory]
    [InlineData("\"architectures\":[\"MambaForCausalLM\"]", "MambaForCausalLM")]
    [InlineData("\"rope_scaling\":{\"type\":\"yarn\"}", "rope_scaling")]
    [InlineData("\"hidden_act\":\"gelu\"", "hidden_act")]
    [InlineData("\"mlp_bias\":true", "mlp_bias")]
    [InlineData("\"sliding_window\":16", "sliding_window")]
    [InlineData("\"hidden_size\":0", "hidden_size")]
    [InlineData("\"hidden_size\":\"16\"", "hidden_size")]
    [InlineData("\"num_key_value_heads\":3", "num_key_value_heads")]
    [InlineData("\"quantization_config\":{}", "quantization_config")]
    [InlineData("\"num_attention_heads\":524304,\"num_key_value_heads\":1584,\"head_dim\":8192", "head")]
    [InlineData("\"num_attention_heads\":524304,\"num_key_value_heads\":524304,\"head_dim\":8192", "head_dim")]
    public void ReadConfig_RefusesByName_WhatWouldChangeTheNumbers(string field, string named)
    {
        using var folder = new ScratchFolder();
        ModelFolder.Save(folder.Path, RandomDecoder.Create(RandomDecoder.Config), TensorType.F32);
        string config = File.ReadAllText(folder.File("config.json"));
        File.WriteAllText(folder.File("config.json"), config.TrimEnd().TrimEnd('}') + "," + field + "}");
        Should.Throw<InvalidDataException>(() => ModelFolder.ReadConfig(folder.Path)).Message.ShouldContain(named);
    }

    [Fact]
    public void ReadWeights_FindsEveryShard()
    {
        using var folder = new ScratchFolder();
        DecoderConfig config = RandomDecoder.Config;
        DecoderWeights weights = RandomDecoder.Create(config);
        ModelFolder.Save(folder.Path, weights, TensorType.F32);
        using (SafetensorsFile whole = SafetensorsFile.Open(folder.File("model.safetensors")))
        {
            string map = string.Join(",", whole.Entries.Select((entry, index) => $"\"{entry.Name}\":\"shard{index % 2}.safetensors\""));
            for (int shard = 0; shard < 2; shard++)
            {
                SafetensorsWriter.Write(
                    folder.File($"shard{shard}.safetensors"),
                    [.. whole.Entries.Where((_, index) => index % 2 == shard).Select(entry =>
                    {
                        int[] shape = [.. entry.Shape.Select(size => (int)size)];
                        return new NamedTensor(entry.Name, whole.Read(entry.Name, shape), shape);
                    })],
                    TensorType.F32);
            }

            File.WriteAllText(folder.File("model.safetensors.index.json"), $"{{\"weight_map\":{{{map}}}}}");
        }

        File.Delete(folder.File("model.safetensors"));
        ModelFolder.ReadWeights(folder.Path, config).Layers[1].Linear.ShouldBe(weights.Layers[1].Linear);
        File.Delete(folder.File("shard1.safetensors"));
        Should.Throw<InvalidDataException>(() => ModelFolder.ReadWeights(folder.Path, config)).Message.ShouldContain("shard1");
    }
}
