using Cremona.Inference.Architectures;
using Cremona.Inference.Architectures.Rotary;
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
    [InlineData("\"rope_scaling\":{\"type\":\"yarn\"}", "rope_scaling.factor")]
    [InlineData("\"rope_scaling\":{\"type\":\"dynamic\",\"factor\":2}", "dynamic")]
    [InlineData("\"rope_scaling\":{\"type\":\"linear\",\"factor\":2,\"long_factor\":[1]}", "rope_scaling.long_factor")]
    [InlineData("\"rope_scaling\":{\"type\":\"linear\",\"factor\":0.5}", "rope_scaling.factor")]
    [InlineData("\"rope_scaling\":{\"type\":\"yarn\",\"factor\":2,\"truncate\":false}", "truncate")]
    [InlineData("\"rope_scaling\":{\"type\":\"llama3\",\"factor\":2,\"low_freq_factor\":4}", "high_freq_factor")]
    [InlineData("\"rope_scaling\":[]", "rope_scaling")]
    [InlineData("\"rope_parameters\":{\"rope_type\":\"longrope\"}", "longrope")]
    [InlineData("\"rope_parameters\":{\"full_attention\":{}}", "full_attention")]
    [InlineData("\"rope_parameters\":{\"rope_type\":\"default\"},\"rope_scaling\":{\"rope_type\":\"linear\",\"factor\":2}", "are both set and differ")]
    [InlineData("\"rope_parameters\":{},\"rope_scaling\":{\"type\":\"dynamic\",\"factor\":2}", "dynamic")]
    [InlineData("\"partial_rotary_factor\":0.5", "partial_rotary_factor")]
    [InlineData("\"rope_theta\":1", "rope_theta")]
    [InlineData("\"layer_types\":[\"sliding_attention\",\"full_attention\"]", "layer_types")]
    [InlineData("\"hidden_act\":\"gelu\"", "hidden_act")]
    [InlineData("\"mlp_bias\":true", "mlp_bias")]
    [InlineData("\"sliding_window\":16,\"architectures\":[\"LlamaForCausalLM\"]", "sliding_window")]
    [InlineData("\"sliding_window\":0,\"use_sliding_window\":true", "sliding_window")]
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

    public static TheoryData<string, DecoderConfig> Options => new()
    {
        { "linear", RandomDecoder.Config with { RopeScaling = new LinearRopeScaling(2.5) } },
        { "llama3", RandomDecoder.Config with { RopeScaling = new Llama3RopeScaling(32, 1, 4, 8192) } },
        { "yarn", RandomDecoder.Config with { RopeScaling = new YarnRopeScaling(4, 16, 32, 1, 1.25) } },
        { "mistral", RandomDecoder.Config with { Architecture = "MistralForCausalLM", QueryKeyNorm = false, SlidingWindow = 9 } },
        { "whole", RandomDecoder.Config with { Architecture = "MistralForCausalLM", QueryKeyNorm = false } },
        { "qwen", RandomDecoder.Config with { SlidingWindow = 9, FirstSlidingLayer = 1 } },
    };

    [Theory]
    [MemberData(nameof(Options))]
    public void ReadConfig_GivesWhatWasSaved_OfPositionsAndWindows(string option, DecoderConfig config)
    {
        using var folder = new ScratchFolder();
        ModelFolder.Save(folder.Path, RandomDecoder.Create(config), TensorType.F32);
        ModelFolder.ReadConfig(folder.Path).ShouldBe(config, option);
    }

    // What Hugging Face's configurations make of fields that are left out.
    [Theory]
    [InlineData("\"sliding_window\":16", null, 0)]
    [InlineData("\"sliding_window\":16,\"use_sliding_window\":true", null, 0)]
    [InlineData("\"sliding_window\":16,\"use_sliding_window\":true,\"max_window_layers\":1", 16, 1)]
    [InlineData("\"sliding_window\":16,\"use_sliding_window\":true,\"layer_types\":[\"sliding_attention\",\"sliding_attention\"]", 16, 0)]
    [InlineData("\"sliding_window\":16,\"architectures\":[\"MistralForCausalLM\"]", 16, 0)]
    [InlineData("\"sliding_window\":64,\"architectures\":[\"MistralForCausalLM\"]", null, 0)]
    [InlineData("\"max_position_embeddings\":9000,\"architectures\":[\"MistralForCausalLM\"]", 4096, 0)]
    [InlineData("\"max_position_embeddings\":9000,\"sliding_window\":null,\"architectures\":[\"MistralForCausalLM\"]", null, 0)]
    public void ReadConfig_FindsTheLayersThatSlide(string fields, int? window, int first)
    {
        DecoderConfig config = ReadWith(fields);
        config.SlidingWindow.ShouldBe(window);
        config.FirstSlidingLayer.ShouldBe(first);
    }

    [Fact]
    public void ReadConfig_TakesTheRopeParametersOfNewerFiles()
    {
        ReadWith("\"rope_parameters\":{\"rope_type\":\"default\",\"rope_theta\":50000.0}").RopeTheta.ShouldBe(50000);
        ReadWith("\"rope_parameters\":{\"rope_type\":\"yarn\",\"rope_theta\":1e6,\"factor\":4}").RopeScaling
            .ShouldBe(new YarnRopeScaling(4, 64, 32, 1, YarnRopeScaling.UsualAttentionFactor(4)));
    }

    private static DecoderConfig ReadWith(string fields)
    {
        using var folder = new ScratchFolder();
        ModelFolder.Save(folder.Path, RandomDecoder.Create(RandomDecoder.Config), TensorType.F32);
        string config = File.ReadAllText(folder.File("config.json"));
        File.WriteAllText(folder.File("config.json"), config.TrimEnd().TrimEnd('}') + "," + fields + "}");
        return ModelFolder.ReadConfig(folder.Path);
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
