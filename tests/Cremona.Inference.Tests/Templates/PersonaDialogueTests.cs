using Cremona.Inference.Templates;

namespace Cremona.Inference.Tests.Templates;

public sealed class PersonaDialogueTests
{
    private static readonly PersonaBot Mira = new("Mira", "Mira paints boats.");
    private static readonly PersonaBot Tom = new("Tom", "Tom bakes bread.");

    [Fact]
    public void ToTurns_ShowsNoNames_WithOneBotAndOneUser()
    {
        var dialogue = new PersonaDialogue([Mira], [User("Li", "Hi"), Bot("Mira", "Hello!")]);
        dialogue.ToTurns().ShouldBe(
        [
            new(ChatRole.System, "Mira\nMira paints boats."), new(ChatRole.User, "Hi"), new(ChatRole.Assistant, "Hello!"),
        ]);
    }

    [Fact]
    public void ToPrompt_OpensAnAnswer_WithOneBotAndOneUser()
    {
        (IReadOnlyList<ChatTurn> turns, ChatEnding ending) =
            new PersonaDialogue([Mira], [User("Li", "Hi")]).ToPrompt("Mira");
        turns.Count.ShouldBe(2);
        ending.ShouldBe(ChatEnding.OpenAssistant);
    }

    [Theory]
    [InlineData("", "Paints.", "Paints.")]
    [InlineData("Mira", "", "Mira")]
    [InlineData("Mira", "Paints.", "Mira\nPaints.")]
    public void ToTurns_LeavesOutWhatIsEmpty(string name, string content, string system) =>
        new PersonaDialogue([new(name, content)], [User(null, "Hi")]).ToTurns()[0].Content.ShouldBe(system);

    [Fact]
    public void ToTurns_HasNoSystemTurn_WithoutSettings() =>
        new PersonaDialogue([], [User(null, "Hi")]).ToTurns().ShouldBe([new(ChatRole.User, "Hi")]);

    [Fact]
    public void ToPrompt_NamesEverySpeaker_WithSeveralBots()
    {
        var dialogue = new PersonaDialogue([Mira, Tom], [User("Li", "Hi"), Bot("Tom", "Yes?"), Function("7")]);
        (IReadOnlyList<ChatTurn> turns, ChatEnding ending) = dialogue.ToPrompt("Mira");
        turns.ShouldBe(
        [
            new(ChatRole.System, "Mira\nMira paints boats.\n\nTom\nTom bakes bread."), new(ChatRole.User, "Li: Hi"),
            new(ChatRole.Assistant, "Tom: Yes?"), new(ChatRole.Tool, "7"), new(ChatRole.Assistant, "Mira:"),
        ]);
        ending.ShouldBe(ChatEnding.ContinueLast);
    }

    [Fact]
    public void ShowsNames_WithSeveralUsers() =>
        new PersonaDialogue([Mira], [User("Li", "Hi"), User("Wu", "Hi")]).ShowsNames.ShouldBeTrue();

    [Fact]
    public void FromPrompt_GivesTheTurnsOfASingleBotsSetting()
    {
        PersonaDialogue dialogue = PersonaDialogue.FromPrompt(
            "Mira paints boats.", "Mira", null, [User("x", "Hi"), Bot("y", "Hello!")]);
        dialogue.ToTurns().ShouldBe(new PersonaDialogue([Mira], [User("Li", "Hi"), Bot("Mira", "Hello!")]).ToTurns());
    }

    [Theory]
    [InlineData("Mira paints.", "Li", "Mira\nMira paints.\nThe user is called Li.")]
    [InlineData("米拉画船。", "Li", "Mira\n米拉画船。\n用户叫Li。")]
    [InlineData("", "小明", "Mira\n用户叫小明。")]
    [InlineData("Mira paints.", "", "Mira\nMira paints.")]
    [InlineData("米拉画船。", "我", "Mira\n米拉画船。")]
    [InlineData("Mira paints.", "User", "Mira\nMira paints.")]
    public void FromPrompt_TellsTheUsersName_WhereItIsOne(string prompt, string userName, string expected)
    {
        PersonaDialogue dialogue = PersonaDialogue.FromPrompt(prompt, "Mira", userName, [User(null, "Hi")]);
        dialogue.ToTurns()[0].ShouldBe(new ChatTurn(ChatRole.System, expected));
    }

    [Fact]
    public void ToTurns_CarriesWhatIsLearned() =>
        new PersonaDialogue([], [new(PersonaSender.Bot, null, "x", IsLearned: false)]).ToTurns()[0].IsLearned.ShouldBeFalse();

    private static PersonaMessage User(string? name, string text) => new(PersonaSender.User, name, text);

    private static PersonaMessage Bot(string? name, string text) => new(PersonaSender.Bot, name, text);

    private static PersonaMessage Function(string text) => new(PersonaSender.Function, null, text);
}
