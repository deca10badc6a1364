using System.Text;
using System.Text.Json;
using Cremona.Inference.Adapters;
using Cremona.Inference.Grammar;
using Cremona.Inference.Grammar.Vocabulary;
using Cremona.Inference.Scheduling;
using Cremona.Inference.Templates;

namespace Cremona.Training.Tests.FineTuning;

/// <summary>A function that is in no corpus of this repository is learned from rows that call it.</summary>
[Trait("Speed", "Slow")]
public sealed class ToolTuningTests(ITestOutputHelper output)
{
    private const string Parameters =
        """{"type":"object","properties":{"lamp":{"enum":["hall","porch","attic"]},"level":{"type":"integer"}},"required":["lamp","level"]}""";

    private static readonly ChatTool Tool = new("dim_lamp", "sets how bright a lamp is", JsonElement.Parse(Parameters));
    private static readonly string[] Forms = ["Dim the {0} lamp to {1}.", "The {0} lamp should be at {1}.", "Set {1} for the lamp: {0}!"];

    private static readonly (string Lamp, int Level)[] Lamps =
        [("hall", 20), ("porch", 35), ("attic", 60), ("hall", 75), ("porch", 90), ("attic", 15)];

    [Fact]
    public async Task TunedModel_CallsItsFunction_WithTheArgumentsOfItsRows()
    {
        (string Question, string Call)[] lessons =
        [
            .. from lamp in Lamps
               from wording in Forms
               select (
                   string.Format(System.Globalization.CultureInfo.InvariantCulture, wording, lamp.Lamp, lamp.Level),
                   $$"""{"lamp": "{{lamp.Lamp}}", "level": {{lamp.Level}}}"""),
        ];
        using var folder = new ScratchFolder();
        using var rows = new MemoryStream(Encoding.UTF8.GetBytes(
            string.Join('\n', lessons.Select(lesson => Row(lesson.Question, lesson.Call)))));
        LoraAdapter adapter = NanoTuning.Tune(rows, folder.Path);
        using DecoderEngine engine = NanoTuning.StartEngine(lessons.Length);
        ToolCallForm form = NanoTuning.Model.ChatTemplate.ToolCallForm!;
        var rules = new ToolCallRules { AllowsTextBefore = false, AllowsSeveral = false };
        var grammar = new TokenGrammar(
            ToolCallGrammar.Compile(form, [Tool], rules),
            new GrammarVocabulary(NanoTuning.Model.Tokenizer));
        Task<string> AskAsync(string question, LoraAdapter? asked) => NanoTuning.AnswerAsync(
            engine, [new ChatTurn(ChatRole.User, question)], asked, [Tool], grammar);

        string[] tuned = await Task.WhenAll(lessons.Select(lesson => AskAsync(lesson.Question, adapter)));
        string[] before = await Task.WhenAll(lessons.Select(lesson => AskAsync(lesson.Question, null)));

        int Right(string[] answers) => answers.Zip(lessons).Count(pair => pair.First ==
            form.BeforeName + "\"dim_lamp\"" + form.BeforeArguments + pair.Second.Call + form.AfterArguments);
        output.WriteLine($"of {lessons.Length} calls {Right(before)} were right before and {Right(tuned)} after");
        Right(tuned).ShouldBeGreaterThanOrEqualTo(lessons.Length * 9 / 10);
    }

    private static string Row(string question, string call) => """
        {"tools":[{"type":"function","function":{"name":"dim_lamp","description":"sets how bright a lamp is","parameters":PARAMETERS}}],"messages":[{"role":"user","content":"QUESTION"},{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"dim_lamp","arguments":ARGUMENTS}}]}]}
        """.Trim().Replace("PARAMETERS", Parameters, StringComparison.Ordinal)
        .Replace("QUESTION", question, StringComparison.Ordinal)
        .Replace("ARGUMENTS", JsonSerializer.Serialize(call), StringComparison.Ordinal);
}
