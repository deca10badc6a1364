using Cremona.Inference.Architectures;
using Cremona.Inference.Architectures.Rotary;
using Cremona.Inference.Checkpoints;
using Cremona.Inference.Checkpoints.Gguf;
using Cremona.Inference.Kernels;
using Cremona.Inference.Templates;
using Cremona.Inference.Tests.Tokenizers;
using Cremona.Inference.Tokenizers;
using CsCheck;

namespace Cremona.Inference.Tests.Checkpoints.Gguf;

public class GgufModelTests
{
    private const string ChatMl =
        "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>\\n' }}{% endfor %}";

    [Theory]
    [InlineData("LlamaForCausalLM", false)]
    [InlineData("MistralForCausalLM", true)]
    [InlineData("Qwen2ForCausalLM", true)]
    [InlineData("Qwen3ForCausalLM", false)]
    public void OpenWeights_GivesWhatWasWritten(string architecture, bool isTied)
    {
        using var folder = new ScratchFolder();
        DecoderWeights weights = Random(architecture, isTied);
        GgufModelWriter.Write(folder.File("m.gguf"), weights, GgufType.F32, null, null, null);
        IDecoderSource source = GgufModel.OpenWeights(folder.File("m.gguf"));
        DecoderWeights read = DecoderWeights.Read(source);
        source.Format.ShouldBe(WeightFormat.F32);
        read.Config.ShouldBe(weights.Config with
        {
            Architecture = architecture == "MistralForCausalLM" ? "LlamaForCausalLM" : architecture,
        });
        read.Embedding.ShouldBe(weights.Embedding);
        read.FinalNorm.ShouldBe(weights.FinalNorm);
        read.Head.ShouldBe(weights.Head);
        for (int layer = 0; layer < weights.Layers.Length; layer++)
        {
            read.Layers[layer].AttentionNorm.ShouldBe(weights.Layers[layer].AttentionNorm);
            read.Layers[layer].MlpNorm.ShouldBe(weights.Layers[layer].MlpNorm);
            read.Layers[layer].Linear.ShouldBe(weights.Layers[layer].Linear);
            read.Layers[layer].Bias.ShouldBe(weights.Layers[layer].Bias);
            read.Layers[layer].QueryNorm.ShouldBe(weights.Layers[layer].QueryNorm);
        }
    }

    public static TheoryData<string, DecoderConfig> Options => new()
    {
        { "linear", Shape("LlamaForCausalLM") with { RopeScaling = new LinearRopeScaling(2.5) } },
        { "llama3", Shape("LlamaForCausalLM") with { RopeScaling = new Llama3RopeScaling(32, 1, 4, 8192), RopeTheta = 500000 } },
        { "yarn", Shape("Qwen2ForCausalLM") with { RopeScaling = new YarnRopeScaling(4, 16, 32, 1, YarnRopeScaling.UsualAttentionFactor(4)) } },
        { "window", Shape("MistralForCausalLM") with { SlidingWindow = 9 } },
    };

    [Theory]
    [MemberData(nameof(Options))]
    public void OpenWeights_GivesWhatWasWritten_OfPositionsAndWindows(string option, DecoderConfig config)
    {
        using var folder = new ScratchFolder();
        GgufModelWriter.Write(folder.File("m.gguf"), RandomDecoder.Create(config), GgufType.F32, null, null, null);
        GgufModel.OpenWeights(folder.File("m.gguf")).Config.ShouldBe(config, option);
    }

    [Fact]
    public void OpenWeights_GivesDivisorsOfUnknownOrigin_AsTheyAre()
    {
        using var folder = new ScratchFolder();
        DecoderConfig config = Shape("LlamaForCausalLM") with { RopeScaling = new ListedRopeScaling([1, 2, 2, 9]) };
        GgufModelWriter.Write(folder.File("m.gguf"), RandomDecoder.Create(config), GgufType.F32, null, null, null);
        DecoderConfig read = GgufModel.OpenWeights(folder.File("m.gguf")).Config;
        read.RopeScaling.ShouldBeOfType<ListedRopeScaling>().Divisors.ShouldBe([1, 2, 2, 9]);
        Should.Throw<InvalidDataException>(
                () => ModelFolder.Save(folder.File("folder"), RandomDecoder.Create(read), TensorType.F32))
            .Message.ShouldContain(".gguf");
    }

    [Fact]
    public void Write_Refuses_WindowsInSomeLayersOnly()
    {
        using var folder = new ScratchFolder();
        DecoderConfig config = Shape("Qwen2ForCausalLM") with { SlidingWindow = 9, FirstSlidingLayer = 1 };
        Should.Throw<InvalidDataException>(() => GgufModelWriter.Write(
                folder.File("m.gguf"), RandomDecoder.Create(config), GgufType.F32, null, null, null))
            .Message.ShouldContain("Hugging Face folder");
    }

    [Theory]
    [InlineData(GgufType.F16, WeightFormat.F32, 1e-3)]
    [InlineData(GgufType.BF16, WeightFormat.BF16, 5e-3)]
    [InlineData(GgufType.Q8_0, WeightFormat.Q8, 1e-2)]
    [InlineData(GgufType.Q4_0, WeightFormat.Q4, 0.15)]
    public void OpenWeights_StaysNearWhatWasWritten_InEveryType(GgufType type, WeightFormat format, double relativeMax)
    {
        using var folder = new ScratchFolder();
        DecoderWeights weights = Random("Qwen3ForCausalLM", isTied: true);
        GgufModelWriter.Write(folder.File("m.gguf"), weights, type, null, null, null);
        IDecoderSource source = GgufModel.OpenWeights(folder.File("m.gguf"));
        source.Format.ShouldBe(format);
        float[] read = DecoderWeights.Read(source).Layers[1].Linear[4];
        double error = read.Zip(weights.Layers[1].Linear[4], (x, y) => Math.Pow(x - y, 2)).Sum();
        Math.Sqrt(error / read.Sum(x => Math.Pow(x, 2))).ShouldBeLessThan(relativeMax);
    }

    [Fact]
    public void Write_Refuses_RowsThatAreNoWholeBlocks()
    {
        using var folder = new ScratchFolder();
        DecoderWeights weights = RandomDecoder.Create(RandomDecoder.Config);
        Should.Throw<InvalidDataException>(
                () => GgufModelWriter.Write(folder.File("m.gguf"), weights, GgufType.Q4_0, null, null, null))
            .Message.ShouldContain("token_embd.weight");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Load_GivesTheTokenizersIds_WithAndWithoutTheWholeFile(bool keepsWhole)
    {
        using var folder = new ScratchFolder();
        string json = File.ReadAllText(SampleTokenizer.Write(folder.Path, PreTokenizer.QwenPattern));
        GgufVocabulary vocabulary = GgufVocabulary.FromTokenizerJson(json);
        if (!keepsWhole) vocabulary = vocabulary with { Whole = null };
        DecoderWeights weights = Random("Qwen2ForCausalLM", isTied: true);
        GgufModelWriter.Write(folder.File("m.gguf"), weights, GgufType.F32, vocabulary, ChatMl, 2);

        LanguageModel model = GgufModel.Load(folder.File("m.gguf"));
        ITokenizer original = SampleTokenizer.Load(PreTokenizer.QwenPattern);
        foreach (string text in (string[])["hello world", "a 12 b\n\n c", "你好 <|im_end|>", "", "'s don't"])
        {
            model.Tokenizer.Encode(text).ShouldBe(original.Encode(text));
        }

        ChatTurn[] turns = [new(ChatRole.User, "hello")];
        model.ChatTemplate.Encode(turns, ChatEnding.OpenAssistant).Tokens.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("qwen2.rope.scaling.type", "yarn")]
    [InlineData("qwen2.rope.scaling.attn_factor", "none")]
    [InlineData("qwen2.expert_count", "x")]
    [InlineData("general.architecture", "mamba")]
    [InlineData("tokenizer.ggml.pre", "unheard-of")]
    public void Load_RefusesByName_WhatIsNotSupported(string key, string value)
    {
        using var folder = new ScratchFolder();
        string json = File.ReadAllText(SampleTokenizer.Write(folder.Path, PreTokenizer.QwenPattern));
        GgufVocabulary vocabulary = GgufVocabulary.FromTokenizerJson(json) with { Whole = null };
        if (key == "tokenizer.ggml.pre") vocabulary = vocabulary with { Cut = value };
        string path = folder.File("m.gguf");
        DecoderConfig shape = Shape("Qwen2ForCausalLM") with { TieWordEmbeddings = true };
        if (key == "qwen2.rope.scaling.attn_factor")
            shape = shape with { RopeScaling = new YarnRopeScaling(4, 16, 32, 1, 1.5) };
        GgufModelWriter.Write(path, RandomDecoder.Create(shape), GgufType.F32, vocabulary, ChatMl, 2);
        byte[] bytes = File.ReadAllBytes(path);
        byte[] edited = key switch
        {
            "general.architecture" => Replace(bytes, "qwen2", "mamba"),
            "qwen2.rope.scaling.type" => Replace(bytes, "qwen2.rope.freq_base", "qwen2.rope.scaling.x"),
            "qwen2.rope.scaling.attn_factor" => Replace(bytes, "yarn", value),
            "qwen2.expert_count" => Replace(bytes, "qwen2.vocab_size", "qwen2.expert_cou"),
            _ => bytes,
        };
        File.WriteAllBytes(path, edited);
        string named = key switch
        {
            "qwen2.rope.scaling.type" => "qwen2.rope.scaling.x",
            "qwen2.rope.scaling.attn_factor" => key,
            "qwen2.expert_count" => "qwen2.expert_cou",
            _ => value,
        };
        string message = Should.Throw<InvalidDataException>(() => GgufModel.Load(path)).Message;
        message.ShouldContain(named);
        message.ShouldContain(path);
    }

    // A corrupt length is possible where the file is large enough.
    [Fact]
    public void Open_RefusesLengths_ThatNoModelHas()
    {
        using var folder = new ScratchFolder();
        WriteLarge(folder.File("text"), writer =>
        {
            writer.Write((uint)GgufValueType.Text);
            writer.Write(5UL << 29);
        });
        Should.Throw<InvalidDataException>(() => GgufFile.Open(folder.File("text")))
            .Message.ShouldContain("k has 2684354560 bytes");

        WriteLarge(folder.File("list"), writer =>
        {
            writer.Write((uint)GgufValueType.List);
            writer.Write((uint)GgufValueType.Int32);
            writer.Write(5UL << 27);
        });
        using GgufFile file = GgufFile.Open(folder.File("list"));
        Should.Throw<InvalidDataException>(() => file.Metadata.FindIntegers("k"))
            .Message.ShouldContain("metadata k has 671088640 entries");
    }

    [Fact]
    public void Load_NeverFailsOtherwise_WhenBytesAreCorrupted()
    {
        using var folder = new ScratchFolder();
        string json = File.ReadAllText(SampleTokenizer.Write(folder.Path, PreTokenizer.QwenPattern));
        GgufVocabulary vocabulary = GgufVocabulary.FromTokenizerJson(json) with { Whole = null };
        DecoderWeights weights = Random("Qwen2ForCausalLM", isTied: true);
        GgufModelWriter.Write(folder.File("good"), weights, GgufType.Q8_0, vocabulary, ChatMl, 2);
        byte[] good = File.ReadAllBytes(folder.File("good"));
        int headerEnd = good.Length - (weights.Config.VocabularySize * 64);
        var refused = 0;
        Gen<int> place = Gen.Frequency((1, Gen.Int[0, 1500]), (2, Gen.Int[0, headerEnd]));
        Gen<byte[]> change = Gen.OneOf(
            Gen.Byte.Select(value => new[] { value }),
            Gen.Const(new byte[] { 255, 255, 255, 255, 255, 255, 255, 127 }),
            Gen.Const(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255 }),
            Gen.Byte.Array[4]);
        Gen.Select(place, change, Gen.Frequency((4, Gen.Const(good.Length)), (1, Gen.Int[0, good.Length]))).Sample(
            (position, bytes, length) =>
            {
                byte[] bad = [.. good];
                bytes.AsSpan(0, Math.Min(bytes.Length, bad.Length - position)).CopyTo(bad.AsSpan(position));
                File.WriteAllBytes(folder.File("bad"), bad.AsSpan(0, length));
                long before = GC.GetAllocatedBytesForCurrentThread();
                try
                {
                    LanguageModel model = GgufModel.Load(folder.File("bad"));
                    DecoderWeights.Read(model.Source);
                }
                catch (InvalidDataException)
                {
                    refused++;
                }

                // Everything is a few times the file: floats of 8-bit codes, texts of UTF-8.
                (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(40L * good.Length);
            },
            iter: 500,
            threads: 1);
        refused.ShouldBeGreaterThan(50);
    }

    /// <summary>A file of 3 GiB that takes no place on disk, with one value and no tensors.</summary>
    private static void WriteLarge(string path, Action<BinaryWriter> writeValue)
    {
        using var writer = new BinaryWriter(File.Create(path));
        writer.Write(GgufFile.Magic);
        writer.Write(3u);
        writer.Write(0UL);
        writer.Write(1UL);
        writer.Write(1UL);
        writer.Write((byte)'k');
        writeValue(writer);
        writer.Flush();
        writer.BaseStream.SetLength(3L << 30);
    }

    private static DecoderWeights Random(string architecture, bool isTied) =>
        RandomDecoder.Create(Shape(architecture) with { TieWordEmbeddings = isTied });

    private static DecoderConfig Shape(string architecture) => RandomDecoder.Config with
    {
        Architecture = architecture,
        VocabularySize = 300,
        HiddenSize = 32,
        IntermediateSize = 64,
        HeadDimension = 8,
        AttentionBias = architecture == "Qwen2ForCausalLM",
        QueryKeyNorm = architecture == "Qwen3ForCausalLM",
    };

    private static byte[] Replace(byte[] bytes, string from, string to)
    {
        byte[] result = [.. bytes];
        int index = result.AsSpan().IndexOf(SampleTokenizer.Utf8(from));
        index.ShouldBeGreaterThan(0);
        SampleTokenizer.Utf8(to).CopyTo(result, index);
        return result;
    }
}
