using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Cremona.Cli.CommandLine;

/// <summary>The usual help text, followed by the command's examples.</summary>
internal sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        usual.Invoke(parseResult);
        TextWriter output = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is CremonaCommand { Examples: { Count: > 0 } examples })
        {
            output.WriteLine("Examples:");
            foreach (string example in examples)
            {
                output.WriteLine($"  {example}");
            }

            output.WriteLine();
        }

        if (parseResult.CommandResult.Command is RootCommand)
        {
            output.WriteLine("Environment:");
            output.WriteLine($"  {ConnectionOptions.UrlVariable}  Where the server is; default {ConnectionOptions.DefaultUrl}");
            output.WriteLine($"  {ConnectionOptions.KeyVariable}  The key that commands send; not needed in open mode");
            output.WriteLine();
            output.WriteLine("Exit codes:");
            output.WriteLine("  0 done   1 failed   2 the command line was not understood   130 ended by Ctrl-C");
            output.WriteLine();
        }

        return ExitCode.Success;
    }
}
