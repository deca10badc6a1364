using Cremona.Inference.Checkpoints;
using Cremona.Inference.Templates;
using Cremona.Training.Data;
using Cremona.Training.FineTuning;

namespace Cremona.Training.Tests.FineTuning;

public class RehearsalTests
{
    private const int Count = 24;

    [Fact]
    public void Generate_LetsTheModelWriteBothSides_InItsOwnTurns()
    {
        LanguageModel model = Nano();
        IReadOnlyList<TokenizedRow> rows = Rehearsal.Generate(Request(model, 1), Count, CancellationToken.None);

        rows.Count.ShouldBeGreaterThan(Count * 3 / 4);
        rows.Select(row => string.Join(' ', row.Tokens)).Distinct().Count().ShouldBeGreaterThan(Count / 2);
        foreach (TokenizedRow row in rows)
        {
            string text = model.Tokenizer.Decode(row.Tokens);
            text.ShouldContain("user\n");
            text.ShouldContain("assistant\n");
            row.IsLearned.ShouldContain(true);
            row.IsLearned[0].ShouldBeFalse();
        }

        rows.ShouldContain(row => model.Tokenizer.Decode(row.Tokens).StartsWith("system\n", StringComparison.Ordinal));
        rows.ShouldContain(row => model.Tokenizer.Decode(row.Tokens).StartsWith("user\n", StringComparison.Ordinal));
    }

    [Fact]
    public void AnEmptyTurn_IsOpenedForItsOwnRole()
    {
        LanguageModel model = Nano();
        Opened(new ChatTurn(ChatRole.User, "")).ShouldBe("user\n");
        Opened(new ChatTurn(ChatRole.System, "")).ShouldBe("system\n");
        Opened(new ChatTurn(ChatRole.System, "Be kind."), new ChatTurn(ChatRole.User, ""))
            .ShouldBe("system\nBe kind.\nuser\n");
        Opened(new ChatTurn(ChatRole.User, "Hi"), new ChatTurn(ChatRole.Assistant, "")).ShouldBe("user\nHi\nassistant\n");

        string Opened(params ChatTurn[] turns) =>
            model.Tokenizer.Decode(model.ChatTemplate.Encode(turns, ChatEnding.ContinueLast).Tokens);
    }

    [Fact]
    public void Generate_GivesTheSameRows_OnAnyNumberOfThreads_AndOthersForAnotherSeed()
    {
        LanguageModel model = Nano();
        int[][] first = [.. Rehearsal.Generate(Request(model, 1), Count, CancellationToken.None).Select(r => r.Tokens)];
        int[][] again = [.. Rehearsal.Generate(Request(model, 2), Count, CancellationToken.None).Select(r => r.Tokens)];
        again.ShouldBe(first);
        FineTuneRequest other = Request(model, 1) with { Seed = 8 };
        Rehearsal.Generate(other, Count, CancellationToken.None).Select(r => r.Tokens).ShouldNotBe(first);
    }

    [Fact]
    public void Generate_GivesNothing_WhereTheModelDoesNotEndItsTurns()
    {
        using var folder = new ScratchFolder();
        Rehearsal.Generate(TinyFineTune.Request(folder.Path), Count, CancellationToken.None).ShouldBeEmpty();
    }

    [Fact]
    public void Generate_GivesNothing_WhereTheTemplateRefuses_OrFillsTheContext()
    {
        Generate(() => throw new ChatTemplateException("no user may begin")).ShouldBeEmpty();
        Generate(() => new EncodedChat([], [])).ShouldBeEmpty();
        int length = Nano().Config.ContextLength;
        Generate(() => new EncodedChat(new int[length], new bool[length])).ShouldBeEmpty();
    }

    [Fact]
    public void Generate_GivesNothing_WhereTheClosedDialogueIsLongerThanTheContext()
    {
        LanguageModel nano = Nano();
        int length = nano.Config.ContextLength + 1;
        Generate(Encode, Count).ShouldBeEmpty();

        EncodedChat Encode(IReadOnlyList<ChatTurn> turns, ChatEnding ending) => ending == ChatEnding.Closed
            ? new EncodedChat(new int[length], new bool[length])
            : nano.ChatTemplate.Encode(turns, ending);
    }

    [Fact]
    public void Generate_Fails_WithAnyOtherFault() => Should.Throw<ArgumentException>(
        () => Generate(() => new EncodedChat([int.MaxValue], [false]))).Message.ShouldContain("vocabulary");

    [Fact]
    public void Generate_Stops_WhenCancelled()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Should.Throw<OperationCanceledException>(() => Rehearsal.Generate(Request(Nano(), 1), Count, source.Token));
    }

    private static IReadOnlyList<TokenizedRow> Generate(Func<EncodedChat> encode) => Generate((_, _) => encode(), 2);

    private static IReadOnlyList<TokenizedRow> Generate(
        Func<IReadOnlyList<ChatTurn>, ChatEnding, EncodedChat> encode, int count)
    {
        LanguageModel nano = Nano();
        var model = new LanguageModel(nano.Source, nano.Tokenizer, new OtherTemplate(nano.ChatTemplate, encode));
        return Rehearsal.Generate(Request(model, 1), count, CancellationToken.None);
    }

    private static LanguageModel Nano() => ModelFolder.Load(Path.Combine(AppContext.BaseDirectory, "models", "nano"));

    private static FineTuneRequest Request(LanguageModel model, int threads) => new()
    {
        BaseModel = model,
        BaseModelName = "nano",
        TrainingRows = [],
        ValidationRows = [],
        Hyperparameters = new FineTuneHyperparameters(),
        WorkFolder = "",
        Seed = 7,
        ThreadCount = threads,
    };

    private sealed class OtherTemplate(
        IChatTemplate template, Func<IReadOnlyList<ChatTurn>, ChatEnding, EncodedChat> encode) : IChatTemplate
    {
        public IReadOnlyCollection<int> StopTokens => template.StopTokens;

        public ToolCallForm? ToolCallForm => null;

        public EncodedChat Encode(
            IReadOnlyList<ChatTurn> turns, ChatEnding ending, IReadOnlyList<ChatTool>? tools = null) =>
            encode(turns, ending);
    }
}
