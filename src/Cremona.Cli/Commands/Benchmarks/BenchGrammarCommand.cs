using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Cremona.Cli.Benchmarks;
using Cremona.Cli.CommandLine;
using Cremona.Inference.Grammar;
using Cremona.Inference.Tokenizers;

namespace Cremona.Cli.Commands.Benchmarks;

/// <summary><c>cremona bench grammar</c></summary>
internal sealed class BenchGrammarCommand : CremonaCommand
{
    private readonly Option<FileInfo> _data = new("--data")
    {
        Description = "Schemas with instances, one JSON object a line: name, schema, tests (valid, data); may be gzipped",
        HelpName = "FILE",
        Required = true,
    };

    private readonly Option<FileInfo?> _tokenizer = new("--tokenizer")
    {
        Description = "A tokenizer.json. Default: that of models/nano, too small for figures that compare",
        HelpName = "FILE",
    };

    private readonly Option<MemberOrder> _order = new("--order")
    {
        Description = "Free: members may come in any order. Listed: as the schema lists them, as chat writes them",
        DefaultValueFactory = _ => MemberOrder.Free,
    };

    private readonly Option<bool> _faults = new("--faults") { Description = "Print each schema that does not pass, and why, on standard error" };

    private readonly Option<bool> _json = new("--json") { Description = "Print the figures as JSON and nothing else" };

    public BenchGrammarCommand(Terminal terminal)
        : base(terminal, "grammar", "Measure constrained output: what is enforced, and the time per mask")
    {
        Add(_data);
        Add(_tokenizer);
        Add(_order);
        Add(_faults);
        Add(_json);
        Examples = ["cremona bench grammar --data maskbench.jsonl.gz --tokenizer qwen3/tokenizer.json --json"];
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        string path = line.GetValue(_tokenizer)?.FullName ?? Path.Combine(AppContext.BaseDirectory, "models", "nano", "tokenizer.json");
        var benchmark = new GrammarBenchmark(TokenizerJson.Load(path), line.GetValue(_order));
        GrammarCase[] cases = [.. GrammarCase.Read(line.GetRequiredValue(_data).FullName)];
        bool printsFaults = line.GetValue(_faults);
        GrammarReport report = await Task.Run(
            () => benchmark.Run(cases, outcome => PrintFault(outcome, printsFaults), cancellationToken),
            cancellationToken);
        await Terminal.Out.WriteLineAsync(
            line.GetValue(_json) ? JsonSerializer.Serialize(report, CommandJson.Default.GrammarReport) : Text(report));
        return report.WrongAccepts == 0 && report.ValidRejected == 0 ? ExitCode.Success : ExitCode.Failure;
    }

    private void PrintFault(GrammarOutcome outcome, bool isWanted)
    {
        if (!isWanted || outcome.IsPassed) return;
        string kind = outcome.Refused is not null ? "refused" : outcome.WrongAccepts > 0 ? "wrong accept" : "valid rejected";
        Terminal.Error.WriteLine($"{outcome.Name}: {kind}: {outcome.Refused ?? outcome.FirstFault}");
    }

    private static string Text(GrammarReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
         {report.Passed} of {report.Schemas} schemas pass ({report.PassShare:P1})
         {report.Refused} refused, {report.WrongAccepts} wrong accepts, {report.ValidRejected} valid rejected
         mask    {Line(report.MaskMicroseconds)} µs ({report.Masks} masks over {report.VocabularySize} tokens)
         compile {Line(report.CompileMilliseconds)} ms
         """);

    private static string Line(Quantiles values) => string.Create(
        CultureInfo.InvariantCulture,
        $"median {values.Median:0.##}, mean {values.Mean:0.##}, p99 {values.P99:0.##}, p99.9 {values.P999:0.##}, max {values.Max:0.##}");
}
