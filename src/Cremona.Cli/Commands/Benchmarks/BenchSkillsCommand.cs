using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Cremona.Cli.Benchmarks;
using Cremona.Cli.CommandLine;
using Cremona.Inference.Checkpoints;

namespace Cremona.Cli.Commands.Benchmarks;

/// <summary><c>cremona bench skills</c></summary>
internal sealed class BenchSkillsCommand : CremonaCommand
{
    private const int CasesMax = 10_000;

    private readonly Option<string> _model = new("--model")
    {
        Description = "A model that is shipped, a Hugging Face folder or a GGUF file",
        DefaultValueFactory = _ => "nano",
        HelpName = "NAME|PATH",
    };

    private readonly Option<int> _cases = new("--cases")
    {
        Description = "Cases of each skill",
        DefaultValueFactory = _ => 200,
    };

    private readonly Option<bool> _faults = new("--faults") { Description = "Print each wrong answer on standard error" };

    private readonly Option<bool> _json = new("--json") { Description = "Print the figures as JSON and nothing else" };

    public BenchSkillsCommand(Terminal terminal)
        : base(terminal, "skills", "Measure what a model can do, on generated cases that no training text has")
    {
        OptionRange.Require(_cases, 1, CasesMax);
        Add(_model);
        Add(_cases);
        Add(_faults);
        Add(_json);
        Examples = ["cremona bench skills", "cremona bench skills --model ./my-model --json"];
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        string name = line.GetRequiredValue(_model);
        string shipped = Path.Combine(AppContext.BaseDirectory, "models", name);
        string path = Directory.Exists(shipped) ? shipped : name;
        if (!Path.Exists(path))
        {
            throw new CommandException($"--model {name}: neither a shipped model nor a path; give nano, a folder or a file");
        }

        var benchmark = new SkillBenchmark(ModelFiles.Load(path), line.GetValue(_cases));
        bool printsFaults = line.GetValue(_faults);
        SkillReport report = await benchmark.RunAsync(
            name, answer => PrintFault(answer, printsFaults), cancellationToken);
        await Terminal.Out.WriteLineAsync(
            line.GetValue(_json) ? JsonSerializer.Serialize(report, CommandJson.Default.SkillReport) : Text(report));
        return ExitCode.Success;
    }

    private void PrintFault(SkillAnswer answer, bool isWanted)
    {
        if (!isWanted || answer.IsRight) return;
        string dialogue = string.Join('\n', answer.Case.Turns.Select(t => $"{t.Role}: {t.Content}"));
        Terminal.Error.WriteLine($"[{answer.Case.Skill}]\n{dialogue}\nexpected: {answer.Case.Expected}\nanswered: {answer.Answer}\n");
    }

    private static string Text(SkillReport report) => string.Join('\n', report.Skills.Select(s =>
        string.Create(CultureInfo.InvariantCulture, $"{s.Name,-16}{s.Accuracy,8:P1} of {s.Cases}")));
}
