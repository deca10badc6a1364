using System.Text;
using Cremona.Inference.Architectures;
using Cremona.Inference.Checkpoints;
using Cremona.Inference.Tokenizers;
using Cremona.Training.Data;
using CsCheck;

namespace Cremona.Training.Tests.Data;

public sealed class TrainingFileTests : IClassFixture<SmallLanguage>
{
    private const string Pro = """
        {"bot_setting":[{"bot_name":"Mira","content":"Mira paints."}],"messages":[{"sender_type":"USER","sender_name":"Li","text":"Hi"},{"sender_type":"BOT","sender_name":"Mira","text":"Hello!"}]}
        """;

    private const string Classic = """
        {"messages":[{"sender_type":"USER","text":"Hi"},{"sender_type":"BOT","text":"Hello!"}],"prompt":"Mira paints.","role_meta":{"bot_name":"Mira","user_name":"我"}}
        """;

    private const string OpenAi = """
        {"messages":[{"role":"system","content":"Mira\nMira paints."},{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello!"}]}
        """;

    private readonly LanguageModel _model;
    private readonly ITokenizer _tokenizer;

    public TrainingFileTests(SmallLanguage language)
    {
        _tokenizer = language.Tokenizer;
        var config = new DecoderConfig
        {
            Architecture = "Qwen3ForCausalLM",
            VocabularySize = 1,
            HiddenSize = 1,
            IntermediateSize = 1,
            LayerCount = 0,
            HeadCount = 1,
            KeyValueHeadCount = 1,
            HeadDimension = 2,
            ContextLength = 64,
        };
        var weights = new DecoderWeights { Config = config, Embedding = [0], Layers = [], FinalNorm = [1] };
        _model = new LanguageModel(weights, language.Tokenizer, language.Template);
    }

    [Fact]
    public void Read_GivesTheSameTokens_ForEveryShapeOfTheSameDialogue()
    {
        TrainingFileReport report = Read($"{Pro}\n{Classic}\n{OpenAi}");
        report.Fault.ShouldBeNull();
        report.Rows.Count.ShouldBe(3);
        report.Rows.ShouldAllBe(r => r.Tokens.SequenceEqual(report.Rows[0].Tokens));
        _tokenizer.Decode(report.Rows[0].Tokens).ShouldBe("system\nMira\nMira paints.\nuser\nHi\nassistant\nHello!\n");
        report.TokenCount.ShouldBe(report.Rows.Sum(r => r.Tokens.Length));
    }

    [Fact]
    public void Read_ShowsNamesOfARoleRow_AsServingDoes()
    {
        TrainingFileReport report = Read("""
            {"messages":[{"role":"system","name":"Mira","content":"Mira paints."},{"role":"user","name":"Li","content":"Hi"},{"role":"assistant","name":"Mira","content":"Hello!"}]}
            {"messages":[{"role":"system","content":"Be short."},{"role":"developer","name":"Mo","content":"Mo sings."},{"role":"user","name":"Li","content":"Hi"},{"role":"assistant","name":"Mo","content":"Hello!"},{"role":"system","content":"Louder."},{"role":"user","name":"An","content":"And?"},{"role":"assistant","name":"Mo","content":"La!","weight":0}]}
            """);
        report.Rows[0].Tokens.ShouldBe(Read(Pro).Rows[0].Tokens);
        TokenizedRow second = report.Rows[1];
        _tokenizer.Decode(second.Tokens).ShouldBe(
            "system\nBe short.\n\nMo\nMo sings.\nuser\nLi: Hi\nassistant\nMo: Hello!\nsystem\nLouder.\nuser\nAn: And?\n"
            + "assistant\nMo: La!\n");
        _tokenizer.Decode([.. second.Tokens.Where((_, i) => second.IsLearned[i])]).ShouldBe("Mo: Hello!");
    }

    [Fact]
    public void Read_LearnsTheAnswersAndTheirEnds_Only()
    {
        TokenizedRow row = Read(Pro).Rows[0];
        int[] learned = [.. row.Tokens.Where((_, i) => row.IsLearned[i])];
        learned.ShouldBe([.. _tokenizer.Encode("Hello!"), _tokenizer.FindSpecial("<|im_end|>")!.Value]);
    }

    [Fact]
    public void Read_DoesNotLearn_MessagesOfWeightZero()
    {
        TokenizedRow row = Read("""
            {"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b","weight":0},{"role":"user","content":"c"},{"role":"assistant","content":"d","weight":1}]}
            """).Rows[0];
        _tokenizer.Decode([.. row.Tokens.Where((_, i) => row.IsLearned[i])]).ShouldBe("d");
    }

    [Theory]
    [InlineData("\uFEFF{0}\n{0}")]
    [InlineData("{0}\r\n   {0}\r\n")]
    [InlineData("\n\n  \t\n{0}\n\n{0}\n \n")]
    public void Read_TakesMarksSpacesAndBlankLines(string form)
    {
        TrainingFileReport report = Read(form.Replace("{0}", Pro.Trim(), StringComparison.Ordinal));
        report.Fault.ShouldBeNull();
        report.Rows.Count.ShouldBe(2);
    }

    [Fact]
    public void Read_CountsBlankLines_WhenItNamesALine() =>
        Read($"{Pro}\n\n\n{{}}").Fault.ShouldBe(new TrainingFileFault(4, "messages must be a non-empty array"));

    [Fact]
    public void Read_IgnoresUnknownFields() =>
        Read("""{"extra":[1,{"a":null}],"messages":[{"sender_type":"BOT","text":"x","more":1}]}""").Rows.Count.ShouldBe(1);

    [Fact]
    public void Read_IsEmpty_ForAnEmptyFile()
    {
        TrainingFileReport report = Read("");
        report.Rows.ShouldBeEmpty();
        report.Fault.ShouldBeNull();
    }

    [Theory]
    [InlineData("""{"messages":[""", "invalid json at column 14")]
    [InlineData("   {x}", "invalid json at column 5")]
    [InlineData("[]", "the line must be a json object")]
    [InlineData("""{"messages":{}}""", "messages must be a non-empty array")]
    [InlineData("""{"messages":[]}""", "messages must be a non-empty array")]
    [InlineData("""{"messages":["x"]}""", "messages[0] must be an object")]
    [InlineData("""{"messages":[{"sender_type":"USER","text":"x"},{"sender_type":"user","text":"x"}]}""", "messages[1].sender_type must be USER or BOT")]
    [InlineData("""{"messages":[{"sender_type":"FUNCTION","text":"x"}]}""", "messages[0].sender_type must be USER or BOT")]
    [InlineData("""{"messages":[{"text":"x"}]}""", "messages[0].sender_type must be USER or BOT")]
    [InlineData("""{"messages":[{"sender_type":"BOT"}]}""", "messages[0].text must be a non-empty string")]
    [InlineData("""{"messages":[{"sender_type":"BOT","text":""}]}""", "messages[0].text must be a non-empty string")]
    [InlineData("""{"messages":[{"sender_type":"BOT","text":7}]}""", "messages[0].text must be a string")]
    [InlineData("""{"messages":[{"sender_type":"BOT","text":"\ud800"}]}""", "messages[0].text holds half of a surrogate pair, which is no character")]
    [InlineData("""{"messages":[{"sender_type":"USER","text":"x"}]}""", "messages must hold at least one message of a BOT")]
    [InlineData("""{"bot_setting":[],"messages":[{"sender_type":"BOT","text":"x"}]}""", "bot_setting must be a non-empty array")]
    [InlineData("""{"bot_setting":[{"bot_name":1}],"messages":[{"sender_type":"BOT","text":"x"}]}""", "bot_setting[0].bot_name must be a string")]
    [InlineData("""{"prompt":"","messages":[{"sender_type":"BOT","text":"x"}]}""", "prompt must be a non-empty string")]
    [InlineData("""{"role_meta":1,"messages":[{"sender_type":"BOT","text":"x"}]}""", "role_meta must be an object")]
    [InlineData("""{"messages":[{"role":"robot","content":"x"}]}""", "messages[0].role must be system, user, assistant or tool")]
    [InlineData("""{"messages":[{"role":"user","content":[]}]}""", "messages[0].content must be a string")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}]}""", "messages must hold at least one assistant message that is learned")]
    [InlineData("""{"messages":[{"role":"assistant","content":"x","weight":0.5}]}""", "messages[0].weight must be 0 or 1")]
    public void Read_NamesTheFault(string line, string reason)
    {
        TrainingFileReport report = Read($"{Pro}\n{line}");
        report.Fault.ShouldBe(new TrainingFileFault(2, reason));
        report.Rows.ShouldBeEmpty();
    }

    [Fact]
    public void Read_NamesTheLine_WhoseBytesAreNoText()
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes(Pro + "\n{\"x\":\""), 0xFF, .. Encoding.UTF8.GetBytes("\"}")];
        using var stream = new MemoryStream(bytes);
        Read(stream).Fault.ShouldBe(new TrainingFileFault(2, "the line is not valid UTF-8"));
    }

    [Fact]
    public void Read_CutsNothing_AndNamesTheRowThatIsTooLong()
    {
        int length = Read(Pro).Rows[0].Tokens.Length;
        Read(Pro, maxTokens: length).Fault.ShouldBeNull();
        Read(Pro, maxTokens: length - 1).Fault.ShouldBe(new TrainingFileFault(1, $"{length} tokens exceed the limit {length - 1}"));
    }

    [Fact]
    public void Read_BoundsItsMemory_WhenALineNeverEnds()
    {
        using var stream = new EndlessStream();
        TrainingFile.Read(stream, _model, 1000, 100_000, CancellationToken.None).Fault
            .ShouldBe(new TrainingFileFault(1, "the line exceeds 100000 bytes"));
        stream.BytesRead.ShouldBeLessThan(300_000);
    }

    [Fact]
    public void Read_DoesNotDepend_OnHowTheStreamIsCut() =>
        Gen.Select(Gen.Int[1, 40].Array[1, 30], Gen.Int[1, 5]).Sample((sizes, count) =>
        {
            string text = string.Join("\r\n", Enumerable.Repeat(Pro.Trim(), count)) + "\n{}";
            using var stream = new SlicedStream(Encoding.UTF8.GetBytes(text), sizes);
            Read(stream).Fault.ShouldBe(new TrainingFileFault(count + 1, "messages must be a non-empty array"));
        });

    [Fact]
    public void Read_Stops_WhenItIsCancelledBetweenLines()
    {
        using var source = new CancellationTokenSource();
        using var stream = new CancellingStream(Encoding.UTF8.GetBytes($"{Pro}\n{Pro}"), source);
        Should.Throw<OperationCanceledException>(() =>
            TrainingFile.Read(stream, _model, 1000, TrainingFile.LineBytesMax, source.Token));
    }

    private TrainingFileReport Read(string text, int maxTokens = 1000)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return Read(stream, maxTokens);
    }

    private TrainingFileReport Read(Stream stream, int maxTokens = 1000) =>
        TrainingFile.Read(stream, _model, maxTokens, TrainingFile.LineBytesMax, CancellationToken.None);

    private sealed class EndlessStream : MemoryStream
    {
        public long BytesRead { get; private set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            buffer.AsSpan(offset, count).Fill((byte)'x');
            BytesRead += count;
            return count;
        }
    }

    /// <summary>Cancels while its first lines are read.</summary>
    private sealed class CancellingStream(byte[] bytes, CancellationTokenSource source) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count)
        {
            source.Cancel();
            return base.Read(buffer, offset, count);
        }
    }

    private sealed class SlicedStream(byte[] bytes, int[] sizes) : MemoryStream(bytes)
    {
        private int _next;

        public override int Read(byte[] buffer, int offset, int count) =>
            base.Read(buffer, offset, Math.Min(count, sizes[_next++ % sizes.Length]));
    }
}
