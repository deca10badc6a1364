using System.Text;
using System.Text.Json;
using Cremona.Inference.Architectures;
using Cremona.Inference.Grammar;
using Cremona.Inference.Grammar.Glyph;
using Cremona.Inference.Grammar.JsonSchema;
using Cremona.Inference.Grammar.Regex;
using Cremona.Inference.Kernels;
using Cremona.Inference.KvCache;
using Cremona.Inference.Sampling;
using Cremona.Inference.Scheduling;
using Cremona.Inference.Tests.Architectures;
using Cremona.Inference.Tests.Grammar;

namespace Cremona.Inference.Tests.Scheduling;

/// <summary>A model of random weights, which by itself writes noise, is held to grammars.</summary>
public class ConstrainedSequenceTests
{
    private const string Schema = """
        {"type":"object","properties":{"name":{"type":"string","maxLength":4},"age":{"type":"integer","minimum":0,"maximum":120}},
         "required":["name","age"],"additionalProperties":false}
        """;

    private static readonly DecoderConfig Config = TestModels.Config() with { VocabularySize = Vocabularies.Tiny.Size };
    private static readonly DecoderWeights Weights = TestModels.Random(Config, 1);
    private static readonly int StopToken = Vocabularies.Tiny.Size - 1;

    [Fact]
    public async Task StreamAsync_WritesWhatTheGrammarAllows_AndStopsWhereItIsComplete()
    {
        using JsonDocument schema = JsonDocument.Parse(Schema);
        var grammar = new TokenGrammar(JsonSchemaGrammar.Compile(schema.RootElement), Vocabularies.Tiny);
        using DecoderEngine engine = Engine();
        for (int seed = 0; seed < 20; seed++)
        {
            List<GeneratedToken> tokens = await ReadAsync(engine, Request(grammar, seed, maxTokens: 60));
            if (tokens[^1].Finish != FinishReason.Stop) continue;
            using JsonDocument answer = JsonDocument.Parse(Text(tokens));
            answer.RootElement.GetProperty("age").GetInt32().ShouldBeInRange(0, 120);
        }
    }

    [Fact]
    public async Task StreamAsync_GivesTheSameTokens_AloneAndAmongOthers()
    {
        TokenGrammar[] grammars =
        [
            new(RegexGrammar.Compile("[a-c]{5,9}"), Vocabularies.Tiny),
            new(RegexGrammar.Choices(["name", "null", "true"]), Vocabularies.Tiny),
            new(GlyphTemplate.Compile("a{{gen 'x' pattern='[0-9]+' temperature=0.2}}b"), Vocabularies.Tiny),
        ];
        GenerationRequest[] requests =
            [.. Enumerable.Range(0, 9).Select(i => Request(i < 6 ? grammars[i % 3] : null, i, maxTokens: 20))];
        using DecoderEngine engine = Engine();
        var alone = new List<string>();
        foreach (GenerationRequest request in requests) alone.Add(Text(await ReadAsync(engine, request)));
        List<GeneratedToken>[] together = await Task.WhenAll(requests.Select(request => ReadAsync(engine, request)));
        together.Select(Text).ShouldBe(alone);
        alone[1].ShouldBeOneOf("name", "null", "true");
    }

    [Fact]
    public async Task StreamAsync_TakesForcedText_WithoutDrawing()
    {
        var grammar = new TokenGrammar(RegexGrammar.Compile("[ab]: the rest of it is forced"), Vocabularies.Tiny);
        using DecoderEngine engine = Engine();
        List<GeneratedToken> tokens = await ReadAsync(engine, Request(grammar, 1, maxTokens: 100));
        Text(tokens)[1..].ShouldBe(": the rest of it is forced");
        tokens.Count(token => token.Id >= 0 && token.LogProbability == 0).ShouldBeGreaterThan(10);
        tokens[^1].Finish.ShouldBe(FinishReason.Stop);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(100)]
    public async Task Sequence_GivesTheSameTokens_HoweverItsForcedTextIsCut(int sharedTokensMax)
    {
        var grammar = new TokenGrammar(
            RegexGrammar.Compile("[ab]: the rest of it is forced[cd]"), Vocabularies.Tiny);
        GenerationRequest request = Request(grammar, 1, maxTokens: 100);
        using DecoderEngine engine = Engine();
        List<GeneratedToken> whole = await ReadAsync(engine, request);

        using var pool = new ComputePool(2);
        var forward = new DecoderForward(Weights, WeightFormat.F32, pool);
        var sequence = new GenerationSequence(request, Config.ContextLength);
        sequence.TryStart(new PagePool(new PageLayout(Config, KeyValueFormat.F32), 10)).ShouldBeTrue();
        float[] logits = new float[Config.VocabularySize];
        var scratch = new SamplingScratch();
        int longest = 0;
        while (!sequence.IsFinished)
        {
            int wanted = sequence.SharedTokensLeft;
            bool isGenerating = sequence.IsGenerating;
            ForwardSegment segment = sequence.NextSegment(isGenerating ? Math.Min(wanted, sharedTokensMax) : wanted);
            if (isGenerating) longest = Math.Max(longest, segment.Tokens.Length);
            forward.Run([segment], logits);
            if (segment.LogitCount > 0) sequence.Advance(logits, scratch);
        }

        var cut = new List<GeneratedToken>();
        await foreach (GeneratedToken token in sequence.Tokens.ReadAllAsync(TestContext.Current.CancellationToken))
            cut.Add(token);
        cut.Select(token => (token.Id, token.LogProbability))
            .ShouldBe(whole.Select(token => (token.Id, token.LogProbability)));

        // The letter drawn, and the forced text without its last, which is left open.
        longest.ShouldBe(Math.Min(1 + sharedTokensMax, "a: the rest of it is forced".Length - 1));
    }

    [Fact]
    public async Task StreamAsync_LeavesABlank_AfterItsTokens()
    {
        var grammar = new TokenGrammar(
            GlyphTemplate.Compile("<{{gen 'x' pattern='[0-9]{50}' blank_max_tokens=3}}>"), Vocabularies.Tiny);
        using DecoderEngine engine = Engine();
        List<GeneratedToken> tokens = await ReadAsync(engine, Request(grammar, 1, maxTokens: 100));
        string text = Text(tokens);
        text.ShouldStartWith("<");
        text.ShouldEndWith(">");
        tokens.Count(token => token.Id >= 0).ShouldBe(5);
    }

    [Fact]
    public async Task StreamAsync_EndsARowThatFaults_AndNoOther()
    {
        var grammar = new TokenGrammar(RegexGrammar.Compile("[a-c]{60}"), Vocabularies.Tiny);
        using DecoderEngine engine = Engine();
        List<GeneratedToken> alone = await ReadAsync(engine, Request(grammar, 1, maxTokens: 60));

        // A stop token beyond the mask is a fault that no grammar reports.
        GenerationRequest faulty = Request(grammar, 2, maxTokens: 60) with { StopTokens = [int.MaxValue] };
        Task<List<GeneratedToken>> other = ReadAsync(engine, Request(grammar, 1, maxTokens: 60));
        await Should.ThrowAsync<IndexOutOfRangeException>(() => ReadAsync(engine, faulty));
        Text(await other).ShouldBe(Text(alone));
    }

    private static DecoderEngine Engine() =>
        new(Weights, WeightFormat.F32, new EngineOptions { ThreadCount = 2 }, Config.VocabularySize);

    private static GenerationRequest Request(TokenGrammar? grammar, int seed, int maxTokens) => new()
    {
        PromptTokens = TestModels.Tokens(Config, 5, 5),
        MaxTokens = maxTokens,
        Grammar = grammar,
        StopTokens = [StopToken],
        Sampling = new SamplingOptions { Temperature = 1.5f, Seed = (ulong)seed },
    };

    private static async Task<List<GeneratedToken>> ReadAsync(DecoderEngine engine, GenerationRequest request)
    {
        var tokens = new List<GeneratedToken>();
        await foreach (GeneratedToken token in engine.StreamAsync(request, TestContext.Current.CancellationToken))
            tokens.Add(token);
        return tokens;
    }

    private static string Text(List<GeneratedToken> tokens) => Encoding.UTF8.GetString(
        [.. tokens.Where(token => token.Id >= 0).SelectMany(token => Vocabularies.Tiny.BytesOf(token.Id).ToArray())]);
}
