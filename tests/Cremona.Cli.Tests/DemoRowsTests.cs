using System.Text.Json;
using Cremona.Cli.Demo;

namespace Cremona.Cli.Tests;

public class DemoRowsTests
{
    [Fact]
    public async Task Rows_HoldEveryFact_ButNoPersonaDoes_AndNoQuestionIsATrainingRow()
    {
        using TempFolder folder = new();
        await DemoRows.WriteAsync(folder.Path, TestContext.Current.CancellationToken);
        string[] lines = await File.ReadAllLinesAsync(
            Path.Combine(folder.Path, DemoRows.TrainingFileName), TestContext.Current.CancellationToken);
        JsonElement[] rows = [.. lines.Select(line => JsonDocument.Parse(line).RootElement)];
        string[] asked = [.. rows.Select(row => row.GetProperty("messages")[0].GetProperty("text").GetString()!)];
        string[] answers = [.. rows.Select(row => row.GetProperty("messages")[1].GetProperty("text").GetString()!)];

        rows.Length.ShouldBe(30);
        foreach (DemoQuestion question in DemoRows.Questions)
        {
            answers.ShouldContain(answer => answer.Contains(question.Fact));
            question.BotSetting.ShouldNotContain(question.Fact);
            asked.ShouldNotContain(question.Text);
        }
    }
}
