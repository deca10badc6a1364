using Cremona.Inference.Scheduling;
using Cremona.Inference.Templates;
using Cremona.Server.Models;

namespace Cremona.Server.Tests.Models;

/// <summary>Text and calls of an answer that is written character by character.</summary>
public sealed class OutputTextTests
{
    private const string Call = "{\"name\": \"f\", \"parameters\": {\"city\": \"Rome\"}";

    [Theory]
    [InlineData("{\"name\": \"Ann\", \"age\": 3}")]
    [InlineData("{\"name\": \"f\", \"parameters\": 3}")]
    [InlineData("{\"name\": \"other\", \"parameters\": {}}")]
    [InlineData("It is " + Call + "}")]
    [InlineData("{\"name\": \"f")]
    public void Bare_IsText_WhereItBeginsAsNoCall(string text)
    {
        (string shown, string? call) = Read(ToolCallForm.Bare, text, writesFirstSpace: false);
        shown.ShouldBe(text);
        call.ShouldBeNull();
    }

    [Theory]
    [InlineData(Call + "}", false)]
    [InlineData(" " + Call + "}", false)]
    [InlineData(" " + Call + "}", true)]
    [InlineData(Call + ", \"more\": 3}", false)]
    [InlineData(Call + "\n}", false)]
    public void Bare_IsACall_WhereItBeginsAsOne(string text, bool writesFirstSpace)
    {
        (string shown, string? call) = Read(ToolCallForm.Bare, text, writesFirstSpace);
        shown.ShouldBe("");
        call.ShouldBe("f{\"city\": \"Rome\"}");
    }

    [Fact]
    public void SpacedList_KeepsItsSpace_WhereTheTokenizerTakesTheFirst()
    {
        ToolCallForm form = WithSpecial(ToolCallForm.SpacedList, "[TOOL_CALLS]");
        const string Text = "$ [{\"name\": \"f\", \"arguments\": {}}]";
        Read(form, Text, writesFirstSpace: true).ShouldBe(("", "f{}"));
    }

    [Fact]
    public void Tagged_MayEndWithASpecialToken()
    {
        ToolCallForm form = WithSpecial(ToolCallForm.Tagged, "</tool_call>");
        const string Written = "\n<tool_call>\n{\"name\": \"f\", \"arguments\": {}}\n$";
        Read(form, "Yes" + Written + Written, writesFirstSpace: false).ShouldBe(("Yes", "f{}f{}"));
    }

    /// <summary>A dollar sign stands for the special token.</summary>
    private static ToolCallForm WithSpecial(ToolCallForm form, string content) =>
        form with { SpecialTokens = new Dictionary<int, string> { ['$'] = content } };

    private static (string Text, string? Call) Read(ToolCallForm form, string text, bool writesFirstSpace)
    {
        var settings = new EngineChatOptions
        {
            CallsReplaceText = form.StandsAlone,
            CallBeginnings = form.BeginningsOf(["f"]),
        };
        var output = new OutputText(new ScriptedTokenizer([], writesFirstSpace), settings, form);
        OutputPiece[] pieces =
        [
            .. text.Select(c => output.Append(new GeneratedToken(c, 0, [], null))), output.Flush(),
        ];
        IReadOnlyList<FunctionCallPiece> calls = FunctionCallPiece.Join(pieces.SelectMany(piece => piece.Calls));
        return (
            string.Concat(pieces.Select(piece => piece.Text)),
            output.HasCalls ? string.Concat(calls.Select(call => call.Name + call.Arguments)) : null);
    }
}
