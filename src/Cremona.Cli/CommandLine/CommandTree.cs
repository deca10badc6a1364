using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text.RegularExpressions;
using Cremona.Cli.Commands;
using Cremona.Cli.Commands.Benchmarks;
using Cremona.Cli.Commands.Files;
using Cremona.Cli.Commands.FineTuning;
using Cremona.Cli.Commands.Keys;
using Cremona.Cli.Commands.Models;
using Cremona.Cli.Commands.Pretraining;
using Cremona.Cli.Commands.Usage;

namespace Cremona.Cli.CommandLine;

/// <summary>All commands of <c>cremona</c>, as one table.</summary>
public static partial class CommandTree
{
    /// <summary>From Ctrl-C to the end of the process, at most.</summary>
    public static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    public static RootCommand Build(Terminal terminal)
    {
        RootCommand root = new("Fine-tune a language model on your own machine and talk to it.")
        {
            new DemoCommand(terminal),
            new ServeCommand(terminal),
            new WorkerCommand(terminal),
            new Command("keys", "Make, list and revoke keys; works on the data folder itself, beside a running server too")
            {
                new KeysCreateCommand(terminal),
                new KeysListCommand(terminal),
                new KeysRevokeCommand(terminal),
            },
            new Command("files", "Upload, list, read and delete files")
            {
                new FilesUploadCommand(terminal),
                new FilesListCommand(terminal),
                new FilesGetCommand(terminal),
                new FilesDeleteCommand(terminal),
            },
            new Command("finetune", "Create, follow and cancel fine-tuning jobs")
            {
                new FineTuneCreateCommand(terminal),
                new FineTuneListCommand(terminal),
                new FineTuneWatchCommand(terminal),
                new FineTuneCancelCommand(terminal),
                new FineTuneModelsCommand(terminal),
            },
            new ChatCommand(terminal),
            new Command("models", "List the models that can be called, add your own, write them in other forms")
            {
                new ModelsListCommand(terminal),
                new ModelsAddCommand(terminal),
                new ModelsConvertCommand(terminal),
                new ModelsExportCommand(terminal),
            },
            new UsageCommand(terminal),
            new Command("balance", "Give groups a balance of tokens; works on the data folder itself")
            {
                new BalanceSetCommand(terminal),
                new BalanceListCommand(terminal),
            },
            new PretrainCommand(terminal),
            new Command("bench", "Measure parts of this program on your machine")
            {
                new BenchGrammarCommand(terminal),
                new BenchInferenceCommand(terminal),
                new BenchSkillsCommand(terminal),
            },
            new DoctorCommand(terminal),
        };
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> InvokeAsync(
        string[] arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        // What begins with @ is a message or a name like any other, not a file of further arguments.
        ParserConfiguration plain = new() { ResponseFileTokenReplacer = null };
        ParseResult line = Build(terminal).Parse(arguments, plain);
        if (line.Action is ParseErrorAction mistakes)
        {
            return await TellAsync(line, mistakes, terminal);
        }

        InvocationConfiguration configuration = new()
        {
            Output = terminal.Out,
            Error = terminal.Error,
            ProcessTerminationTimeout = StopLimit,
        };
        return await line.InvokeAsync(configuration, cancellationToken);
    }

    /// <summary>Says what is wrong with the command line and where its help is, not the whole help.</summary>
    private static async Task<int> TellAsync(ParseResult line, ParseErrorAction mistakes, Terminal terminal)
    {
        mistakes.ShowHelp = false;
        using StringWriter text = new();
        await line.InvokeAsync(new InvocationConfiguration { Output = text, Error = text }, CancellationToken.None);
        string[] sentences = text.ToString().Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
        foreach (string sentence in sentences.Distinct())
        {
            await terminal.Error.WriteLineAsync(WithoutTypeNames(sentence));
        }

        IEnumerable<string> path = line.CommandResult.Command.Parents.Append(line.CommandResult.Command)
            .Where(symbol => symbol is not RootCommand).Select(symbol => $" {symbol.Name}");
        await terminal.Error.WriteLineAsync($"See cremona{string.Concat(path)} --help");
        return ExitCode.Usage;
    }

    private static string WithoutTypeNames(string sentence) => ExpectedType().Replace(sentence, match =>
        match.Groups[1].Value switch
        {
            var name when name.Contains("Int", StringComparison.Ordinal) => " as a whole number",
            var name when name.Contains("Double", StringComparison.Ordinal) => " as a number",
            var name when name.Contains("Boolean", StringComparison.Ordinal) => " as true or false",
            _ => "",
        });

    [GeneratedRegex(" ?as expected type '([^']*)'")]
    private static partial Regex ExpectedType();
}
