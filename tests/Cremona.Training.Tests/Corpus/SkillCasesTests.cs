using System.Text.Json.Nodes;
using Cremona.Inference.Templates;
using Cremona.Training.Corpus;

namespace Cremona.Training.Tests.Corpus;

public sealed class SkillCasesTests
{
    private const int CaseCount = 200;

    public static TheoryData<Skill> Skills => [.. Enum.GetValues<Skill>()];

    [Theory]
    [MemberData(nameof(Skills))]
    public void TheExpectedAnswer_IsRight_AndThatOfOtherCasesMostlyIsNot(Skill skill)
    {
        SkillCase[] cases = [.. SkillCases.Generate(skill, CaseCount)];
        cases.Length.ShouldBe(CaseCount);
        cases.ShouldAllBe(c => c.Skill == skill && c.IsRight(c.Expected));
        cases.ShouldAllBe(c => !c.IsRight(""));
        cases.Select(c => c.Turns[^1].Role).ShouldAllBe(role => role == ChatRole.User);

        // Small talk and refusals have few answers, and a label is right for many texts.
        int sharedMax = skill is Skill.SmallTalk or Skill.Absent or Skill.Functions ? CaseCount : CaseCount / 4;
        cases.Zip(cases.Skip(1)).Count(c => c.First.IsRight(c.Second.Expected)).ShouldBeLessThanOrEqualTo(sharedMax);
    }

    [Theory]
    [MemberData(nameof(Skills))]
    public void Cases_AreTheSame_EachTime_AndDiffer(Skill skill)
    {
        string[] first = [.. SkillCases.Generate(skill, CaseCount).Select(Text)];
        SkillCases.Generate(skill, CaseCount).Select(Text).ShouldBe(first);
        first.Distinct().Count().ShouldBeGreaterThan(skill == Skill.SmallTalk ? CaseCount / 3 : CaseCount * 9 / 10);
    }

    [Fact]
    public void Cases_AreNoTrainingDialogues()
    {
        HashSet<string> training = [.. Enumerable.Range(0, 6000).SelectMany(i =>
            CorpusGenerator.Generate(1, i).Where(t => t.Role == ChatRole.User && t.Content.Length > 20)
                .Select(t => t.Content))];
        foreach (Skill skill in Enum.GetValues<Skill>().Except([Skill.SmallTalk, Skill.Classification]))
        {
            SkillCases.Generate(skill, CaseCount).Count(c => training.Contains(c.Turns[^1].Content))
                .ShouldBeLessThanOrEqualTo(CaseCount / 50, skill.ToString());
        }
    }

    [Fact]
    public void ANumber_IsNotFound_InALongerOne()
    {
        SkillCase item = SkillCases.Generate(Skill.Arithmetic, CaseCount).First(c => c.Expected.Length < 30);
        string number = new([.. item.Expected.TrimEnd('.', '。').Reverse().TakeWhile(char.IsAsciiDigit).Reverse()]);
        item.IsRight(number).ShouldBeTrue(item.Expected);
        item.IsRight(number + "7").ShouldBeFalse();
        item.IsRight("7" + number).ShouldBeFalse();
    }

    [Fact]
    public void Json_IsComparedByValues_NotBySpaces()
    {
        SkillCase item = SkillCases.Generate(Skill.Extraction, 1).Single();
        JsonNode right = JsonNode.Parse(item.Expected)!;
        item.IsRight(right.ToJsonString()).ShouldBeTrue();
        item.IsRight(item.Expected[..^1]).ShouldBeFalse();
        SkillCase.IsJsonObject("[1]").ShouldBeFalse();
        SkillCase.IsJsonObject("{\"a\": 1").ShouldBeFalse();
        SkillCase.IsJsonObject("""{"a": 1, "a": 2}""").ShouldBeFalse();
        item.IsRight("""{"a": 1, "a": 2}""").ShouldBeFalse();
        SkillCase.IsJsonObject("{}").ShouldBeTrue();
    }

    [Fact]
    public void Calls_FitTheirDefinitions()
    {
        foreach (SkillCase item in SkillCases.Generate(Skill.Functions, CaseCount))
        {
            if (!item.Expected.StartsWith(ToolText.CallStart, StringComparison.Ordinal)) continue;
            JsonNode call = JsonNode.Parse(item.Expected[ToolText.CallStart.Length..^"</tool_call>".Length])!;
            JsonNode[] tools = [.. item.Turns[0].Content.Split('\n').Where(l => l.StartsWith('{')).Select(l =>
                JsonNode.Parse(l)!)];
            JsonNode tool = tools.Single(t => (string?)t["name"] == (string?)call["name"]);
            foreach ((string name, JsonNode? value) in call["arguments"]!.AsObject())
            {
                bool isNumber = (string?)tool["parameters"]!["properties"]![name]!["type"] == "integer";
                (value!.GetValueKind() == System.Text.Json.JsonValueKind.Number).ShouldBe(isNumber);
            }
        }
    }

    private static string Text(SkillCase item) =>
        string.Join('\n', item.Turns.Select(t => t.Content).Append(item.Expected));
}
