using System.CommandLine;
using Cremona.Cli.CommandLine;
using Cremona.Cli.Demo;

namespace Cremona.Cli.Commands;

/// <summary><c>cremona demo</c>: the whole way in one command.</summary>
internal sealed class DemoCommand : CremonaCommand
{
    private readonly Option<string?> _data = new("--data")
    {
        Description = "Keep everything in this data folder. Default: a new temporary folder, whose name is printed",
        HelpName = "DIR",
    };

    public DemoCommand(Terminal terminal)
        : base(terminal, "demo", "Train a small model before your eyes and compare it with its base; takes less than a minute")
    {
        Add(_data);
        Examples = ["cremona demo", "cremona demo --data ./demo-data"];
    }

    protected override Task<int> RunAsync(ParseResult line, CancellationToken cancellationToken) =>
        new DemoRun(Terminal, DemoFolder.Choose(line.GetValue(_data))).RunAsync(cancellationToken);
}
